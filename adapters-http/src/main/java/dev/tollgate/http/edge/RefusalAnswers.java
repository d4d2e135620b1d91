package dev.tollgate.http.edge;

import dev.tollgate.dialects.Dialects;
import dev.tollgate.dialects.format.ErrorBodies;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.Dialect;
import dev.tollgate.domain.inference.Endpoint;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Refusals in the dialect of who asked, with the headers by which clients decide what to do next.
public final class RefusalAnswers {
  private static final Map<Dialect, List<HeaderName>> ID_HEADERS = new EnumMap<>(Dialect.class);
  private static final HeaderName ANTHROPIC_VERSION = HeaderNames.create("anthropic-version");
  private static final HeaderName SHOULD_RETRY = HeaderNames.create("x-should-retry");

  /// A longer wait makes some clients give up for good.
  private static final long LONGEST_RETRY_SECONDS = 60;

  private static final int LONGEST_SHOWN = 200;

  static {
    for (Dialect dialect : Dialect.values()) {
      List<String> names = Dialects.format(dialect).errors().idHeaders();
      ID_HEADERS.put(dialect, names.stream().map(HeaderNames::create).toList());
    }
  }

  private RefusalAnswers() {}

  /// Refuses what is no metered call.
  public static void send(
      ServerRequest request, ServerResponse response, Refusal refusal, CallId id) {
    Dialect dialect = dialect(request);
    name(response, dialect, id);
    advise(response, refusal);
    if (refusal.reason() == Reason.METHOD_NOT_ALLOWED) {
      String allowed = allowed(request.prologue().uriPath().rawPath());
      response.header(HeaderValues.create(HeaderNames.ALLOW, allowed));
    }
    response.status(Status.create(Statuses.of(refusal))).header(HeaderValues.CONTENT_TYPE_JSON);
    WholeAnswer.send(request, response, body(dialect, refusal, id));
  }

  /// A refusal's body for a request that is answered without a route.
  public static byte[] body(String path, Headers headers, Refusal refusal, CallId id) {
    return body(dialect(path, headers), refusal, id);
  }

  /// What is told of a URL that is none of ours, or that takes other methods. A base URL that lacks
  /// `/v1`, or has it twice, is the usual mistake.
  public static Refusal unknownUrl(ServerRequest request) {
    String path = request.prologue().uriPath().rawPath();
    String asked = request.prologue().method().text() + " " + shortened(path);
    String allowed = allowed(path);
    return allowed.isEmpty()
        ? Refusal.of(Reason.UNKNOWN_URL, "Unknown request URL: " + asked + "." + hint(path), null)
        : Refusal.of(
            Reason.METHOD_NOT_ALLOWED,
            asked + " is not possible: this URL takes " + allowed + ".",
            null);
  }

  /// The methods that a path takes, or nothing when it is none of ours.
  private static String allowed(String path) {
    if (path.equals("/v1/key")) {
      return "GET";
    }
    if (path.equals("/v1/models") || path.startsWith("/v1/models/")) {
      return "GET, HEAD";
    }
    return Stream.of(Endpoint.values()).anyMatch(each -> path.equals("/v1" + each.path()))
        ? "POST"
        : "";
  }

  static byte[] body(Dialect dialect, Refusal refusal, CallId id) {
    return Dialects.format(dialect).errors().body(notice(refusal, id));
  }

  static ErrorBodies.Notice notice(Refusal refusal, CallId id) {
    return new ErrorBodies.Notice(refusal, Statuses.of(refusal), id);
  }

  /// Names the call where clients of the dialect look for its id.
  static void name(ServerResponse response, Dialect dialect, CallId id) {
    String text = id.toString();
    for (HeaderName header : ID_HEADERS.getOrDefault(dialect, List.of())) {
      response.header(HeaderValues.create(header, text));
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

  /// The dialect of a request that is no metered call.
  static Dialect dialect(ServerRequest request) {
    return dialect(request.prologue().uriPath().rawPath(), request.headers());
  }

  private static Dialect dialect(String path, Headers headers) {
    boolean messages = path.startsWith("/v1/messages") || headers.contains(ANTHROPIC_VERSION);
    return messages ? Dialect.MESSAGES : Dialect.CHAT;
  }

  private static String hint(String path) {
    for (Endpoint endpoint : Endpoint.values()) {
      if (path.endsWith(endpoint.path())) {
        return didYouMean("/v1" + endpoint.path());
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
