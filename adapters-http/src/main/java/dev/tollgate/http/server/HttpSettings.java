package dev.tollgate.http.server;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// How the listeners are set up.
///
/// @param corsOrigins origins of web pages whose SDKs may call `/v1`; `*` for all, empty for none
/// @param drain how long open answers may take when the server stops
/// @param largestBody bytes of the largest body of a call
/// @param tls of the listeners that have it
/// @param trustedProxies addresses whose connections are not counted one peer's
public record HttpSettings(
    String host,
    Ports ports,
    Set<String> corsOrigins,
    Duration drain,
    int largestBody,
    Map<Door, ListenerTls> tls,
    Predicate<byte[]> trustedProxies) {
  /// As much as Anthropic takes.
  public static final int USUAL_LARGEST_BODY = 32 << 20;

  private static final int MOST_LARGEST_BODY = 64 << 20;

  /// A listener.
  public enum Door {
    CALLS,
    MANAGEMENT,
    OPS
  }

  /// @param management null when callers and administrators share a port
  public record Ports(int calls, @Nullable Integer management, int ops) {}

  public HttpSettings {
    if (largestBody < 1 << 10 || largestBody > MOST_LARGEST_BODY) {
      throw new IllegalArgumentException(
          "http.largest_body must be a number of bytes from 1024 to " + MOST_LARGEST_BODY);
    }
    corsOrigins = Set.copyOf(corsOrigins);
    tls = Map.copyOf(tls);
  }

  /// Plain HTTP, on two ports.
  public static HttpSettings plain(
      String host, int port, int opsPort, Set<String> corsOrigins, Duration drain) {
    return new HttpSettings(
        host,
        new Ports(port, null, opsPort),
        corsOrigins,
        drain,
        USUAL_LARGEST_BODY,
        Map.of(),
        _ -> false);
  }
}
