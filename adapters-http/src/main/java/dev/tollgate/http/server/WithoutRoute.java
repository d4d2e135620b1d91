package dev.tollgate.http.server;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.http.edge.RefusalAnswers;
import dev.tollgate.http.errors.Problem;
import dev.tollgate.http.rest.RestApi;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// Answers to what no handler has answered: malformed HTTP, which never reaches a route, and
/// defects. Each has a request id.
final class WithoutRoute {
  private static final Logger LOG = System.getLogger(WithoutRoute.class.getName());

  /// What the server says of them, and nothing else tells.
  private static final String HEADERS_TOO_LARGE = "Header size exceeded";

  private final Ids ids;

  WithoutRoute(Ids ids) {
    this.ids = ids;
  }

  void unknown(ServerRequest request, ServerResponse response) {
    send(request, response, RefusalAnswers.unknownUrl(request), newId());
  }

  /// What a route threw.
  void failed(ServerRequest request, ServerResponse response, Throwable problem) {
    if (problem instanceof CloseConnectionException close) {
      throw close;
    }
    if (response.isSent()) {
      throw new CloseConnectionException("the answer broke off", problem);
    }
    CallId id = newId();
    if (problem instanceof HttpException http && http.status().code() < 500) {
      send(request, response, malformed(http.status().code()), id);
      return;
    }
    LOG.log(Level.ERROR, "request " + id + " failed", problem);
    send(request, response, Refusal.internal(), id);
  }

  /// A refusal in the form that belongs to its path.
  static void send(ServerRequest request, ServerResponse response, Refusal refusal, CallId id) {
    if (isManagement(request.prologue().uriPath().rawPath())) {
      Problem.of(refusal).send(request, response, id.toString());
    } else {
      RefusalAnswers.send(request, response, refusal, id);
    }
  }

  private static boolean isManagement(String path) {
    return path.startsWith(RestApi.PATH + "/") || path.equals(RestApi.PATH);
  }

  /// The connection is closed behind these answers.
  DirectHandlers handlers() {
    DirectHandler handler =
        (request, type, asked, headers, message) -> {
          // Only what the parser stumbles over ends here as an internal error: routes have their
          // own.
          Status status =
              HEADERS_TOO_LARGE.equals(message)
                  ? Status.create(431)
                  : type == DirectHandler.EventType.INTERNAL_ERROR ? Status.BAD_REQUEST_400 : asked;
          CallId id = newId();
          ServerResponseHeaders answer = ServerResponseHeaders.create(headers);
          boolean management = isManagement(request.path());
          answer.set(
              management
                  ? HeaderValues.create(HeaderNames.CONTENT_TYPE, Problem.TYPE)
                  : HeaderValues.CONTENT_TYPE_JSON);
          Refusal refusal = malformed(status.code());
          answer.set(HeaderNames.create("x-request-id"), id.toString());
          answer.set(HeaderNames.create("x-should-retry"), "false");
          return DirectHandler.TransportResponse.builder()
              .status(status)
              .headers(answer)
              .keepAlive(false)
              .entity(
                  management
                      ? Problem.of(refusal).body(id.toString())
                      : RefusalAnswers.body(request.path(), request.headers(), refusal, id))
              .build();
        };
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, handler);
    }
    return handlers.build();
  }

  private static Refusal malformed(int status) {
    return Refusal.malformed(
        status,
        switch (status) {
          case 505 ->
              "The gateway speaks HTTP/1.1, and HTTP/1.0 in the first request of a connection.";
          case 414 -> "The URL of the request is too long. Its first line may have 8 KiB.";
          case 431 -> "The headers of the request are too large. All of them may have 32 KiB.";
          case 501 -> "The transfer-encoding of the request is not known. Send a length or chunks.";
          default ->
              "The request is not well-formed HTTP/1.1. Check its first line, its headers, and"
                  + " how its body is framed.";
        });
  }

  private CallId newId() {
    return new CallId(ids.next());
  }
}
