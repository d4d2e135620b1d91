package dev.tollgate.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.secrets.TestingCertificate;
import dev.tollgate.grpc.helidon.HelidonGrpcServer;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TLS, client certificates and the start of the server.
class GrpcServerTest {
  @TempDir private Path folder;
  private Path certificate = Path.of("");
  private Path key = Path.of("");

  @BeforeEach
  void certify() throws Exception {
    certificate = folder.resolve("tls.crt");
    key = folder.resolve("tls.key");
    TestingCertificate.create(folder, "server", "EC").write(certificate, key);
  }

  private static GrpcServer started(GrpcSettings.@Nullable Tls tls) {
    GrpcServer server =
        new GrpcServer(
            new GrpcSettings("127.0.0.1", 0, Duration.ofSeconds(1), tls, null), List.of());
    server.setServing(true);
    server.start();
    return server;
  }

  private static ServingStatus ask(ManagedChannel channel) {
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } finally {
      channel.shutdownNow();
    }
  }

  private ManagedChannel secure(int port, @Nullable Path ownCertificate, @Nullable Path ownKey)
      throws Exception {
    TlsChannelCredentials.Builder credentials =
        TlsChannelCredentials.newBuilder().trustManager(certificate.toFile());
    if (ownCertificate != null && ownKey != null) {
      credentials.keyManager(ownCertificate.toFile(), ownKey.toFile());
    }
    return NettyChannelBuilder.forAddress("127.0.0.1", port, credentials.build()).build();
  }

  /// A client that balances load watches as long as it lives.
  @Test
  void aWatchOfTheHealthHoldsUpNoStop() {
    GrpcServer server = started(null);
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    try {
      var watch =
          HealthGrpc.newBlockingStub(channel).watch(HealthCheckRequest.getDefaultInstance());
      assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
      long began = System.nanoTime();
      server.close();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(900));
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void tlsIsServed() throws Exception {
    try (GrpcServer server = started(new GrpcSettings.Tls(certificate, key, null))) {
      assertThat(ask(secure(server.port(), null, null))).isEqualTo(ServingStatus.SERVING);
      ManagedChannel plain =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
      assertThatThrownBy(() -> ask(plain)).isInstanceOf(StatusRuntimeException.class);
    }
  }

  @Test
  void clientsShowTheirCertificatesWhereTheyMust() throws Exception {
    Path clientCertificate = folder.resolve("client.crt");
    Path clientKey = folder.resolve("client.key");
    TestingCertificate.create(folder, "client", "EC").write(clientCertificate, clientKey);
    try (GrpcServer server = started(new GrpcSettings.Tls(certificate, key, clientCertificate))) {
      assertThat(ask(secure(server.port(), clientCertificate, clientKey)))
          .isEqualTo(ServingStatus.SERVING);
      assertThatThrownBy(() -> ask(secure(server.port(), null, null)))
          .isInstanceOf(StatusRuntimeException.class);
      assertThatThrownBy(() -> ask(secure(server.port(), certificate, key)))
          .isInstanceOf(StatusRuntimeException.class);
    }
  }

  /// The head of a record that announces a hello, and the first byte of what it announces.
  @Test
  void whoBeginsNoHandshakeOrEndsNoneIsClosed() throws Exception {
    byte[] half = {22, 3, 1, 0, (byte) 200, 1};
    try (GrpcServer server = started(new GrpcSettings.Tls(certificate, key, null));
        Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port());
        Socket halting = new Socket(InetAddress.getLoopbackAddress(), server.port());
        Socket unfinished = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      halting.getOutputStream().write(half);
      unfinished.getOutputStream().write(hello());
      for (Socket each : List.of(silent, halting, unfinished)) {
        each.setSoTimeout(30_000);
        each.getInputStream().transferTo(OutputStream.nullOutputStream());
      }
      assertThat(ask(secure(server.port(), null, null))).isEqualTo(ServingStatus.SERVING);
    }
  }

  /// A whole hello, which the server answers with its certificate.
  private static byte[] hello() throws Exception {
    SSLEngine client = SSLContext.getDefault().createSSLEngine();
    client.setUseClientMode(true);
    ByteBuffer out = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
    client.wrap(ByteBuffer.allocate(0), out);
    return Arrays.copyOf(out.array(), out.position());
  }

  @Test
  void filesThatCannotBeUsedAreNamed() throws Exception {
    Path nonsense = Files.writeString(folder.resolve("nonsense.pem"), "nonsense");
    assertThatThrownBy(() -> started(new GrpcSettings.Tls(nonsense, key, null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grpc.tls");
    assertThatThrownBy(() -> started(new GrpcSettings.Tls(folder.resolve("none"), key, null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grpc.tls");
  }

  @Test
  void aPortThatIsTakenIsNamed() {
    try (GrpcServer first = started(null)) {
      GrpcServer second =
          new GrpcServer(
              new GrpcSettings("127.0.0.1", first.port(), Duration.ofSeconds(1), null, null),
              List.of());
      assertThatThrownBy(second::start)
          .isInstanceOf(java.io.UncheckedIOException.class)
          .hasMessageContaining("grpc.port")
          .hasMessageContaining(Integer.toString(first.port()));
      second.close();
    }
  }

  @Test
  void helidonsServerStaysNear() {
    assertThatThrownBy(() -> new HelidonGrpcServer("8.8.8.8", 0, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("grpc.helidon.host");
  }

  @Test
  void aStoppedServerTakesNoCalls() {
    GrpcServer server = started(null);
    int port = server.port();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    assertThat(ask(channel)).isEqualTo(ServingStatus.SERVING);
    server.close();
    ManagedChannel late = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    assertThatThrownBy(() -> ask(late)).isInstanceOf(StatusRuntimeException.class);
  }
}
