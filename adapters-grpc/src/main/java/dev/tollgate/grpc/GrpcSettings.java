package dev.tollgate.grpc;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How gRPC is served.
///
/// @param port 0 for any
/// @param drain how long open calls may take when the server stops
/// @param tls or null for plaintext
public record GrpcSettings(String host, int port, Duration drain, @Nullable Tls tls) {
  /// PEM files.
  ///
  /// @param authorities of clients, who then must show a certificate; or null
  public record Tls(Path certificate, Path key, @Nullable Path authorities) {}
}
