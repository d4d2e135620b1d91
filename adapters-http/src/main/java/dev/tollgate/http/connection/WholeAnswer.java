package dev.tollgate.http.connection;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/// Answers of known length.
public final class WholeAnswer {
  private static final byte[] NOTHING = {};

  private WholeAnswer() {}

  /// Sends a body, or for `HEAD` only what would stand above it: the server would send both, and
  /// the body would be taken for the next answer.
  public static void send(ServerRequest request, ServerResponse response, byte[] body) {
    if (request.prologue().method().equals(Method.HEAD)) {
      response.headers().set(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
      response.send(NOTHING);
    } else {
      response.send(body);
    }
  }
}
