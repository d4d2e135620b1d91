package dev.tollgate.http.errors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.http.connection.WholeAnswer;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// A refusal of the management side as `application/problem+json` (RFC 9457), with the headers by
/// which clients decide what to do next.
///
/// @param status which is that of the reason but for malformed HTTP
/// @param field with its path, or null
public record Problem(int status, Reason reason, @Nullable String field, String detail) {
  public static final String TYPE = "application/problem+json";
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final HeaderName SHOULD_RETRY = HeaderNames.create("x-should-retry");
  private static final String SOON = "2";
  private static final int UNPROCESSABLE = 422;

  public Problem(Reason reason, @Nullable String field, String detail) {
    this(status(reason), reason, field, detail);
  }

  /// On the management side a provider is what a request is about, not what answers it.
  private static int status(Reason reason) {
    return reason == Reason.PROVIDER_UNREACHABLE ? UNPROCESSABLE : Statuses.of(reason);
  }

  /// What is told on `/v1` in a caller's dialect, for an administrator.
  public static Problem of(Refusal refusal) {
    return new Problem(Statuses.of(refusal), refusal.reason(), refusal.param(), refusal.message());
  }

  public void send(ServerRequest request, ServerResponse response, String requestId) {
    response
        .status(Status.create(status))
        .header(HeaderValues.create(HeaderNames.CONTENT_TYPE, TYPE));
    if (status == 503) {
      response.header(HeaderValues.create(HeaderNames.RETRY_AFTER, SOON));
    } else if (isFinal()) {
      response.header(HeaderValues.create(SHOULD_RETRY, "false"));
    }
    WholeAnswer.send(request, response, body(requestId));
  }

  /// Whether the same request can do no better later.
  private boolean isFinal() {
    return status < 500
        && reason != Reason.IDEMPOTENCY_IN_PROGRESS
        && reason != Reason.CHANGED_MEANWHILE;
  }

  public byte[] body(String requestId) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("type", "about:blank");
      json.writeStringField("title", Statuses.title(status));
      json.writeNumberField("status", status);
      json.writeStringField("detail", detail);
      json.writeStringField("code", reason.wire());
      json.writeStringField("request_id", requestId);
      if (field != null) {
        json.writeArrayFieldStart("errors");
        json.writeStartObject();
        json.writeStringField("field", field);
        json.writeStringField("code", reason.wire());
        json.writeStringField("message", detail);
        json.writeEndObject();
        json.writeEndArray();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
