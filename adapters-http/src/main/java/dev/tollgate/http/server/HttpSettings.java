package dev.tollgate.http.server;

import java.time.Duration;
import java.util.Set;

/// How the listeners are set up.
///
/// @param corsOrigins origins of web pages whose SDKs may call `/v1`; `*` for all, empty for none
/// @param drain how long open answers may take when the server stops
public record HttpSettings(
    String host, int port, int opsPort, Set<String> corsOrigins, Duration drain) {
  public HttpSettings {
    corsOrigins = Set.copyOf(corsOrigins);
  }
}
