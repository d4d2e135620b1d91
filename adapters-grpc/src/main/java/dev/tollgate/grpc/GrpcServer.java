package dev.tollgate.grpc;

import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.TlsServerCredentials;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// gRPC on a port of its own, by grpc-netty. Each limit answers something that a stranger can send:
/// docs/grpc.md has the list.
public final class GrpcServer implements AutoCloseable {
  /// At once on a connection; more are reset.
  static final int MOST_CALLS_OF_A_CONNECTION = 32;

  private static final int LARGEST_METADATA = 8 << 10;
  private static final int LARGEST_MESSAGE = 1 << 20;
  private static final int WINDOW = 65_535;

  private final GrpcSettings settings;
  private final Limits limits = new Limits();
  private final HealthStatusManager health = new HealthStatusManager();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong drainEnds = new AtomicLong();
  private final Server server;

  /// @throws IllegalArgumentException when a PEM file cannot be used
  public GrpcServer(GrpcSettings settings, List<ServerServiceDefinition> services) {
    this.settings = settings;
    NettyServerBuilder builder =
        builder(settings)
            .executor(threads)
            .addTransportFilter(limits)
            .intercept(limits)
            .maxConcurrentCallsPerConnection(MOST_CALLS_OF_A_CONNECTION)
            .maxInboundMetadataSize(LARGEST_METADATA)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .flowControlWindow(WINDOW)
            .maxRstFramesPerWindow(200, 10)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(10, TimeUnit.SECONDS)
            .maxConnectionIdle(75, TimeUnit.SECONDS)
            .maxConnectionAge(30, TimeUnit.MINUTES)
            .maxConnectionAgeGrace(10, TimeUnit.MINUTES)
            .handshakeTimeout(7, TimeUnit.SECONDS)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(oldReflection());
    services.forEach(builder::addService);
    server = builder.build();
  }

  private static NettyServerBuilder builder(GrpcSettings settings) {
    InetSocketAddress address = new InetSocketAddress(settings.host(), settings.port());
    try {
      return NettyServerBuilder.forAddress(address, credentials(settings));
    } catch (IllegalArgumentException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalArgumentException(
          "The files of grpc.tls cannot be used: " + cause.getMessage(), e);
    }
  }

  /// v1alpha: Python's client knows no other.
  @SuppressWarnings("deprecation")
  private static BindableService oldReflection() {
    return ProtoReflectionService.newInstance();
  }

  private static ServerCredentials credentials(GrpcSettings settings) {
    GrpcSettings.Tls tls = settings.tls();
    if (tls == null) {
      return InsecureServerCredentials.create();
    }
    try {
      TlsServerCredentials.Builder builder =
          TlsServerCredentials.newBuilder()
              .keyManager(tls.certificate().toFile(), tls.key().toFile());
      Path authorities = tls.authorities();
      if (authorities != null) {
        builder
            .trustManager(authorities.toFile())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
      }
      return builder.build();
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /// @throws UncheckedIOException when the port is taken
  public void start() {
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Port "
              + settings.port()
              + " of "
              + settings.host()
              + " (grpc.port) cannot be used: "
              + reason(e),
          e);
    }
  }

  private static String reason(IOException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return cause.getMessage() + ".";
  }

  public int port() {
    return server.getPort();
  }

  /// Takes no new calls; open ones may go on for as long as the settings say. A repeat does
  /// nothing.
  public void beginDrain() {
    if (drainEnds.compareAndSet(0, System.nanoTime() + settings.drain().toNanos())) {
      health.enterTerminalState();
      limits.closeOpenToAll();
      server.shutdown();
    }
  }

  /// Open calls are waited for no longer.
  public void hurry() {
    server.shutdownNow();
  }

  /// Whether the health service says that calls are served.
  public void setServing(boolean serving) {
    health.setStatus(
        HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
        serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  @Override
  public void close() {
    beginDrain();
    try {
      if (!server.awaitTermination(drainEnds.get() - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        server.shutdownNow();
        server.awaitTermination(5, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    limits.close();
    threads.shutdownNow();
  }
}
