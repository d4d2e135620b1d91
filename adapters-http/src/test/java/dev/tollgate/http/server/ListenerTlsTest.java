package dev.tollgate.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.TimeOrderedIds;
import dev.tollgate.domain.secrets.TestingCertificate;
import dev.tollgate.http.connection.Connections.Limits;
import dev.tollgate.http.connection.WholeAnswer;
import dev.tollgate.http.server.HttpSettings.Door;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(90)
class ListenerTlsTest {
  private @TempDir Path folder;
  private Path certificate;
  private Path key;
  private @Nullable Listener listener;

  @BeforeEach
  void setUp() {
    certificate = folder.resolve("tls.crt");
    key = folder.resolve("tls.key");
  }

  @AfterEach
  void tearDown() {
    if (listener != null) {
      listener.stop();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC"})
  void servesOverTls(String algorithm) throws Exception {
    made("first", algorithm);
    Listener open = open(null);

    assertThat(ask(open, null, "TLSv1.3")).isEqualTo("CN=first ok");
    assertThat(ask(open, null, "TLSv1.2")).isEqualTo("CN=first ok");
  }

  @Test
  void refusesOldVersions() throws Exception {
    made("first", "RSA");
    Listener open = open(null);

    assertThatThrownBy(() -> ask(open, null, "TLSv1.1")).isInstanceOf(IOException.class);
  }

  @Test
  void readsTheFilesAgainWhenTheyChange() throws Exception {
    made("first", "EC");
    Listener open = open(null);
    assertThat(ask(open, null, "TLSv1.3")).startsWith("CN=first");

    made("second", "EC");
    open.reloadTls();

    assertThat(ask(open, null, "TLSv1.3")).isEqualTo("CN=second ok");
  }

  @Test
  void keepsTheOldOneWhenTheNewOneIsNonsense() throws Exception {
    made("first", "EC");
    Listener open = open(null);

    Files.writeString(certificate, "nonsense");
    open.reloadTls();

    assertThat(ask(open, null, "TLSv1.3")).isEqualTo("CN=first ok");
  }

  /// As long as one of the two files is replaced, and the other is not yet.
  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC"})
  void keepsTheOldPairUntilTheNewOneIsComplete(String algorithm) throws Exception {
    made("first", algorithm);
    Listener open = open(null);
    byte[] old = Files.readAllBytes(key);

    made("second", algorithm);
    byte[] renewed = Files.readAllBytes(key);
    Files.write(key, old);
    open.reloadTls();
    assertThat(ask(open, null, "TLSv1.3")).isEqualTo("CN=first ok");

    Files.write(key, renewed);
    open.reloadTls();
    assertThat(ask(open, null, "TLSv1.3")).isEqualTo("CN=second ok");
  }

  @Test
  void doesNotStartWithTheKeyOfAnotherCertificate() throws Exception {
    made("first", "EC");
    byte[] other = Files.readAllBytes(key);
    for (String algorithm : List.of("EC", "RSA")) {
      made(algorithm, algorithm);
      Files.write(key, other);
      assertThatThrownBy(() -> new ListenerTls(certificate, key, null).create())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not that of the private key");
    }
  }

  @Test
  void asksForClientCertificates() throws Exception {
    made("first", "EC");
    TestingCertificate client = TestingCertificate.create(folder, "client", "EC");
    Path authorities = folder.resolve("clients.crt");
    client.write(authorities, folder.resolve("client.key"));
    Listener open = open(authorities);

    assertThat(ask(open, client, "TLSv1.3")).isEqualTo("CN=first ok");
    assertThatThrownBy(() -> ask(open, null, "TLSv1.3")).isInstanceOf(IOException.class);
    TestingCertificate other = TestingCertificate.create(folder, "other", "EC");
    assertThatThrownBy(() -> ask(open, other, "TLSv1.3")).isInstanceOf(IOException.class);
  }

  /// A handshake that never ends must neither stay nor keep the deadlines of the others from being
  /// kept.
  @Test
  void handshakesThatNeverEndAreGivenUp() throws Exception {
    made("first", "EC");
    Listener open = open(null);
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Socket half = new Socket(InetAddress.getLoopbackAddress(), open.port());
      half.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1, 0});
      slow.add(half);
    }
    try (Socket plain = secured(open, null, "TLSv1.3")) {
      // Half a request, beside them.
      plain.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
      long began = System.nanoTime();
      String said = new String(plain.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

      assertThat(said).startsWith("HTTP/1.1 408");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
    }
    assertThat(ask(open, null, "TLSv1.3")).isEqualTo("CN=first ok");
    for (Socket each : slow) {
      each.setSoTimeout(20_000);
      assertThat(each.getInputStream().readNBytes(100)).hasSizeLessThan(100);
      each.close();
    }
  }

  @Test
  void namesTheFileThatCannotBeUsed() throws Exception {
    made("first", "EC");
    Path missing = folder.resolve("missing.pem");
    assertThatThrownBy(() -> new ListenerTls(missing, key, null).create())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("missing.pem");
    assertThatThrownBy(() -> new ListenerTls(certificate, certificate, null).create())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("BEGIN PRIVATE KEY");
    assertThatThrownBy(() -> new ListenerTls(certificate, key, key).create())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tls.key");
  }

  private void made(String name, String algorithm) throws Exception {
    TestingCertificate.create(folder, name, algorithm).write(certificate, key);
  }

  private Listener open(@Nullable Path authorities) {
    TimeOrderedIds ids = new TimeOrderedIds(Clock.systemUTC(), ThreadLocalRandom::current);
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .addFilter(new ConnectionRules(new AtomicInteger(), () -> false, ids))
            .get(
                "/",
                (request, response) ->
                    WholeAnswer.send(request, response, "ok".getBytes(StandardCharsets.US_ASCII)));
    Listener opened =
        new Listener(
            Door.CALLS,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            routing,
            new WithoutRoute(ids).handlers(),
            new Limits(100, 100, _ -> false),
            new ListenerTls(certificate, key, authorities));
    opened.start();
    listener = opened;
    return opened;
  }

  /// The name in the server's certificate, and what it answers.
  private static String ask(Listener open, @Nullable TestingCertificate client, String version)
      throws IOException, GeneralSecurityException {
    try (SSLSocket socket = secured(open, client, version)) {
      socket
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return shown.getSubjectX500Principal().getName()
          + " "
          + answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }

  private static SSLSocket secured(
      Listener open, @Nullable TestingCertificate client, String version)
      throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(client), new TrustManager[] {new TrustsAll()}, null);
    SSLSocket socket =
        (SSLSocket)
            context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), open.port());
    socket.setEnabledProtocols(new String[] {version});
    socket.startHandshake();
    return socket;
  }

  private static KeyManager @Nullable [] keys(@Nullable TestingCertificate client)
      throws GeneralSecurityException {
    if (client == null) {
      return null;
    }
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(client.store(), client.password());
    return factory.getKeyManagers();
  }

  /// The test looks at the certificate itself.
  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
