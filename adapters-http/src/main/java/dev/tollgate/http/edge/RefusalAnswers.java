package dev.tollgate.http.edge;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Endpoint.Dialect;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.http.connection.WholeAnswer;
import dev.tollgate.http.errors.Statuses;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;

/// Refusals in the dialect of who asked, with the headers by which clients decide what to do next.
public final class RefusalAnswers {
  private static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");
  private static final HeaderName ANTHROPIC_REQUEST_ID = HeaderNames.create("request-id");
  private static final HeaderName ANTHROPIC_VERSION = HeaderNames.create("anthropic-version");
  private static final HeaderName SHOULD_RETRY = HeaderNames.create("x-should-retry");

  /// A longer wait makes some clients give up for good.
  private static final long LONGEST_RETRY_SECONDS = 60;

  private static final int LONGEST_SHOWN = 200;

  private RefusalAnswers() {}

  /// Refuses what is no metered call.
  public static void send(
      ServerRequest request, ServerResponse response, Refusal refusal, CallId id) {
    Dialect dialect = dialect(request.prologue().uriPath().rawPath(), request.headers());
    name(response, dialect, id);
    advise(response, refusal);
    response.status(Status.create(Statuses.of(refusal))).header(HeaderValues.CONTENT_TYPE_JSON);
    WholeAnswer.send(request, response, ErrorBodies.body(dialect, refusal, id));
  }

  /// A refusal's body for whoever is answered without a route.
  public static byte[] body(String path, Headers headers, Refusal refusal, CallId id) {
    return ErrorBodies.body(dialect(path, headers), refusal, id);
  }

  /// What is told of a URL that is none of ours. A base URL that lacks `/v1`, or has it twice, is
  /// the usual mistake.
  public static Refusal unknownUrl(ServerRequest request) {
    String path = request.prologue().uriPath().rawPath();
    String method = request.prologue().method().text();
    String asked = method + " " + shortened(path);
    return Refusal.of(
        Reason.UNKNOWN_URL, "Unknown request URL: " + asked + "." + hint(method, path), null);
  }

  static void name(ServerResponse response, Dialect dialect, CallId id) {
    String text = id.toString();
    response.header(HeaderValues.create(REQUEST_ID, text));
    if (dialect == Dialect.ANTHROPIC) {
      response.header(HeaderValues.create(ANTHROPIC_REQUEST_ID, text));
    }
  }

  /// Whether and when to try again.
  static void advise(ServerResponse response, Refusal refusal) {
    Duration retryAfter = refusal.retryAfter();
    if (retryAfter != null && !refusal.finalAnswer()) {
      long seconds = (retryAfter.toMillis() + 999) / 1_000;
      response.header(
          HeaderValues.create(
              HeaderNames.RETRY_AFTER, Math.clamp(seconds, 1, LONGEST_RETRY_SECONDS)));
    }
    if (refusal.finalAnswer()) {
      response.header(HeaderValues.create(SHOULD_RETRY, "false"));
    }
  }

  static Dialect dialect(String path, Headers headers) {
    boolean anthropic = path.startsWith("/v1/messages") || headers.contains(ANTHROPIC_VERSION);
    return anthropic ? Dialect.ANTHROPIC : Dialect.OPENAI;
  }

  private static String hint(String method, String path) {
    if (path.startsWith("/v1/models")) {
      return method.equals("GET") ? "" : " Models are read with GET.";
    }
    for (Endpoint endpoint : Endpoint.values()) {
      String right = "/v1" + endpoint.path();
      if (path.equals(right)) {
        return " Calls of " + path + " are made with POST.";
      }
      if (path.endsWith(endpoint.path())) {
        return didYouMean(right);
      }
    }
    int models = path.indexOf("/models");
    return models < 0 || path.startsWith("/api/v1/models")
        ? ""
        : didYouMean("/v1" + path.substring(models));
  }

  private static String didYouMean(String path) {
    return " Did you mean "
        + path
        + "? The base URL of an OpenAI SDK ends with /v1; that of an Anthropic SDK ends with the"
        + " host.";
  }

  private static String shortened(String path) {
    return path.length() <= LONGEST_SHOWN ? path : path.substring(0, LONGEST_SHOWN) + "...";
  }
}
