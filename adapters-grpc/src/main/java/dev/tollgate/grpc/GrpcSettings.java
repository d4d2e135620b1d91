package dev.tollgate.grpc;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How gRPC is served.
///
/// @param port 0 for any
/// @param drain how long open calls may take when the server stops
/// @param tls or null for plaintext
/// @param helidon where Helidon's server serves it too, or null for nowhere
public record GrpcSettings(
    String host, int port, Duration drain, @Nullable Tls tls, @Nullable Helidon helidon) {
  /// Helidon's server, which has a port of its own and no TLS.
  ///
  /// @param host an address of loopback or of a private network
  public record Helidon(String host, int port) {}

  /// PEM files.
  ///
  /// @param authorities of clients, who then must show a certificate; or null
  public record Tls(Path certificate, Path key, @Nullable Path authorities) {}
}
