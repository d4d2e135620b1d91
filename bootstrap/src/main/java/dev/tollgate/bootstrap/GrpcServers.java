package dev.tollgate.bootstrap;

import dev.tollgate.grpc.GrpcApi;
import dev.tollgate.grpc.GrpcServer;
import dev.tollgate.grpc.GrpcSettings;
import dev.tollgate.grpc.helidon.HelidonGrpcServer;
import org.jspecify.annotations.Nullable;

/// What serves gRPC, as far as the settings ask for it.
final class GrpcServers implements AutoCloseable {
  private final @Nullable GrpcServer netty;
  private final @Nullable HelidonGrpcServer helidon;

  /// @param settings or null to serve nothing
  GrpcServers(@Nullable GrpcSettings settings, GrpcApi api) {
    try {
      netty = settings == null ? null : new GrpcServer(settings, api.services());
      helidon = settings == null ? null : helidon(settings.helidon(), api);
    } catch (IllegalArgumentException e) {
      throw new StartFailure(e.getMessage() + ".", e);
    }
  }

  private static @Nullable HelidonGrpcServer helidon(
      GrpcSettings.@Nullable Helidon settings, GrpcApi api) {
    return settings == null
        ? null
        : new HelidonGrpcServer(settings.host(), settings.port(), api.services());
  }

  /// Whether the health service says that calls are served.
  void setServing(boolean serving) {
    if (netty != null) {
      netty.setServing(serving);
    }
    if (helidon != null) {
      helidon.setServing(serving);
    }
  }

  void start() {
    if (netty != null) {
      netty.start();
    }
    if (helidon != null) {
      helidon.start();
    }
  }

  boolean isServed() {
    return netty != null;
  }

  /// @throws IllegalStateException when gRPC is not served
  int port() {
    if (netty == null) {
      throw new IllegalStateException("gRPC is not served");
    }
    return netty.port();
  }

  /// @throws IllegalStateException when Helidon's server does not serve it
  int helidonPort() {
    if (helidon == null) {
      throw new IllegalStateException("gRPC is not served by Helidon's server");
    }
    return helidon.port();
  }

  /// Takes no new calls; open ones may go on.
  void beginDrain() {
    if (netty != null) {
      netty.beginDrain();
    }
    if (helidon != null) {
      helidon.beginDrain();
    }
  }

  /// Open calls are waited for no longer.
  void hurry() {
    if (netty != null) {
      netty.hurry();
    }
  }

  @Override
  public void close() {
    if (netty != null) {
      netty.close();
    }
    if (helidon != null) {
      helidon.close();
    }
  }
}
