package dev.tollgate.grpc.helidon;

import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.grpc.GrpcConfig;
import io.helidon.webserver.grpc.GrpcProtocolSelector;
import io.helidon.webserver.grpc.GrpcRouting;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// The same operations by Helidon's gRPC, in plaintext on loopback or a private network.
public final class HelidonGrpcServer implements AutoCloseable {
  private static final int LARGEST_MESSAGE = 256 << 10;
  private static final int MOST_STREAMS = 64;
  private static final int WINDOW = 65_535;
  private static final int MOST_CONNECTIONS = 500;
  private static final Duration FLOW_CONTROL = Duration.ofSeconds(60);
  private static final int MISDIRECTED = 421;

  private final Guard guard;
  private final Endings endings = new Endings();
  private final HealthStatusManager health = new HealthStatusManager();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final WebServer server;

  /// @throws IllegalArgumentException when the host is neither loopback nor private
  public HelidonGrpcServer(String host, int port, List<ServerServiceDefinition> services) {
    requireNear(host);
    guard = new Guard(http2());
    GrpcRouting.Builder routing = GrpcRouting.builder().intercept(endings);
    List<ServerServiceDefinition> all = new ArrayList<>(services);
    all.add(health.getHealthService().bindService());
    all.forEach(routing::service);
    Reflection.of(all).forEach(routing::service);
    server =
        WebServer.builder()
            .address(new InetSocketAddress(host, port).getAddress())
            .port(port)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .shutdownHook(false)
            .maxTcpConnections(MOST_CONNECTIONS)
            .connectionOptions(options -> options.tcpNoDelay(true))
            .writeQueueLength(0)
            .writeBufferSize(0)
            .addConnectionSelector(guard)
            .routing(
                HttpRouting.builder().any((_, response) -> response.status(MISDIRECTED).send()))
            .addRouting(routing)
            .build();
  }

  private static Http2ConnectionSelector http2() {
    return Http2ConnectionSelector.builder()
        .http2Config(
            Http2Config.builder()
                .maxConcurrentStreams(MOST_STREAMS)
                .initialWindowSize(WINDOW)
                .maxRapidResets(-1)
                .flowControlTimeout(FLOW_CONTROL)
                .sendErrorDetails(false)
                .build())
        .addSubProtocolSelector(
            GrpcProtocolSelector.create(
                GrpcConfig.builder()
                    .maxReadBufferSize(LARGEST_MESSAGE)
                    .enableCompression(false)
                    .build()))
        .build();
  }

  private static void requireNear(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      if (address.isLoopbackAddress() || address.isSiteLocalAddress()) {
        return;
      }
    } catch (UnknownHostException e) {
      // Told below, as every other address that is not near.
    }
    throw new IllegalArgumentException(
        "The setting grpc.helidon.host must be an address of loopback or of a private network: "
            + host);
  }

  /// @throws IllegalStateException when the port is taken
  public void start() {
    server.start();
    if (!server.isRunning()) {
      throw new IllegalStateException("the listener for grpc.helidon does not run");
    }
  }

  public int port() {
    return server.port();
  }

  /// Whether the health service says that calls are served.
  public void setServing(boolean serving) {
    health.setStatus(
        HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
        serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /// The health service says that calls are served no more. A repeat does nothing.
  public void beginDrain() {
    if (draining.compareAndSet(false, true)) {
      health.enterTerminalState();
    }
  }

  @Override
  public void close() {
    beginDrain();
    guard.close();
    server.stop();
    endings.close();
  }
}
