package dev.tollgate.http.server;

import java.time.Duration;
import java.util.Set;

/// How the listeners are set up.
///
/// @param corsOrigins origins of web pages whose SDKs may call `/v1`; `*` for all, empty for none
/// @param drain how long open answers may take when the server stops
/// @param largestBody bytes of the largest body of a call
public record HttpSettings(
    String host, int port, int opsPort, Set<String> corsOrigins, Duration drain, int largestBody) {
  /// As much as Anthropic takes.
  public static final int USUAL_LARGEST_BODY = 32 << 20;

  private static final int MOST_LARGEST_BODY = 64 << 20;

  public HttpSettings {
    if (largestBody < 1 << 10 || largestBody > MOST_LARGEST_BODY) {
      throw new IllegalArgumentException(
          "http.largest_body must be a number of bytes from 1024 to " + MOST_LARGEST_BODY);
    }
    corsOrigins = Set.copyOf(corsOrigins);
  }
}
