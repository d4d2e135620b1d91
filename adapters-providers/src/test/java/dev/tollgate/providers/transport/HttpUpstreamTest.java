package dev.tollgate.providers.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a provider's server may do to a connection, and what becomes of it.
@Timeout(30)
class HttpUpstreamTest {
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
  private static final Silence NOBODY = _ -> {};

  @Test
  void aConnectionIsUsedAgain() throws Exception {
    try (RawServer server = RawServer.start((connection, _) -> answerAll(connection))) {
      HttpUpstream upstream = upstream(server.url(), null);

      assertThat(ask(upstream)).isEqualTo("ok");
      assertThat(ask(upstream)).isEqualTo("ok");

      assertThat(server.connections()).isOne();
    }
  }

  @Test
  void aStrayAnswerNeverReachesTheNextCall() throws Exception {
    CountDownLatch strayed = new CountDownLatch(1);
    try (RawServer server =
        RawServer.start(
            (connection, number) -> {
              connection.request();
              connection.say(OK);
              if (number == 1) {
                connection.say("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nothers");
                strayed.countDown();
              }
              answerAll(connection);
            })) {
      HttpUpstream upstream = upstream(server.url(), null);

      assertThat(ask(upstream)).isEqualTo("ok");
      assertThat(strayed.await(5, TimeUnit.SECONDS)).isTrue();
      Thread.sleep(50);

      assertThat(ask(upstream)).isEqualTo("ok");
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionThatWasClosedMeanwhileIsNotUsed() throws Exception {
    try (RawServer server =
        RawServer.start(
            (connection, _) -> {
              connection.request();
              connection.say(OK);
            })) {
      HttpUpstream upstream = upstream(server.url(), null);

      for (int i = 1; i <= 3; i++) {
        assertThat(ask(upstream)).isEqualTo("ok");
        Thread.sleep(50);
        assertThat(server.requests()).isEqualTo(i);
      }
    }
  }

  @Test
  void aHeadThatDripsHasADeadline() throws Exception {
    try (RawServer server =
        RawServer.start(
            (connection, _) -> {
              connection.request();
              connection.say("HTTP/1.1 200 OK\r\nx: ");
              while (true) {
                Thread.sleep(100);
                connection.say("y");
              }
            })) {
      assertThat(failure(upstream(server.url(), null)).kind()).isEqualTo(Failure.Kind.TIMEOUT);
    }
  }

  @Test
  void interimAnswersDoNotPutTheDeadlineOff() throws Exception {
    try (RawServer server =
        RawServer.start(
            (connection, _) -> {
              connection.request();
              while (true) {
                connection.say("HTTP/1.1 102 Processing\r\n\r\n");
                Thread.sleep(300);
              }
            })) {
      assertThat(failure(upstream(server.url(), null)).kind()).isEqualTo(Failure.Kind.TIMEOUT);
    }
  }

  @Test
  void aFloodOfInterimAnswersIsNoAnswer() throws Exception {
    try (RawServer server =
        RawServer.start(
            (connection, _) -> {
              connection.request();
              while (true) {
                connection.say("HTTP/1.1 100 Continue\r\n\r\n");
              }
            })) {
      Failure failure = failure(upstream(server.url(), null));

      assertThat(failure.kind()).isEqualTo(Failure.Kind.BROKEN);
      assertThat(failure.message()).contains("interim answers without end");
    }
  }

  @Test
  void aFewInterimAnswersAreSkipped() throws Exception {
    try (RawServer server =
        RawServer.start(
            (connection, _) -> {
              connection.request();
              connection.say(
                  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\na: b\r\n\r\n");
              connection.say(OK);
            })) {
      assertThat(ask(upstream(server.url(), null))).isEqualTo("ok");
    }
  }

  @Test
  void silenceInTheMiddleOfTheHeadIsTold() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    try (RawServer server =
        RawServer.start(
            (connection, _) -> {
              connection.request();
              connection.say("HTTP/1.1 200 OK\r\n");
              Thread.sleep(5_000);
            })) {
      HttpUpstream upstream = upstream(server.url(), null);
      Silence leaves =
          abort -> {
            told.countDown();
            abort.run();
          };

      assertThatThrownBy(() -> upstream.send(request(new byte[0]), leaves))
          .isInstanceOf(UpstreamFailure.class);
      assertThat(told.getCount()).isZero();
    }
  }

  @Test
  void aServerThatDoesNotReadHasADeadline() throws Exception {
    try (RawServer server = RawServer.start((_, _) -> Thread.sleep(20_000))) {
      HttpUpstream upstream = upstream(server.url(), null);

      assertThatThrownBy(() -> upstream.send(request(new byte[64 << 20]), NOBODY))
          .isInstanceOfSatisfying(
              UpstreamFailure.class,
              e -> assertThat(e.failure().kind()).isEqualTo(Failure.Kind.TIMEOUT));
    }
  }

  @Test
  void aHandshakeThatNeverEndsHasADeadline() throws Exception {
    try (RawServer server = RawServer.start((_, _) -> Thread.sleep(20_000))) {
      Failure failure = failure(upstream("https://127.0.0.1:" + server.port(), null));

      assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECT);
      assertThat(failure.message()).contains("timed out");
    }
  }

  @Test
  void aProxyIsAskedForATunnel() throws Exception {
    try (RawServer proxy =
        RawServer.start(
            (connection, _) -> {
              connection.request();
              connection.say("HTTP/1.1 200 Connection established\r\n\r\n");
              answerAll(connection);
            })) {
      HttpUpstream upstream = upstream("http://127.0.0.1:9", URI.create(proxy.url()));

      assertThat(ask(upstream)).isEqualTo("ok");
      assertThat(proxy.requests()).isEqualTo(2);
    }
  }

  @Test
  void aProxyMayRefuse() throws Exception {
    try (RawServer proxy =
        RawServer.start(
            (connection, _) -> {
              connection.request();
              connection.say("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
            })) {
      Failure failure = failure(upstream("http://127.0.0.1:9", URI.create(proxy.url())));

      assertThat(failure.kind()).isEqualTo(Failure.Kind.CONNECT);
      assertThat(failure.message()).contains("the proxy refused it");
    }
  }

  @Test
  void whatIsIdleIsClosedWithIt() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (RawServer server =
        RawServer.start(
            (connection, _) -> {
              try {
                answerAll(connection);
              } finally {
                ended.countDown();
              }
            })) {
      HttpUpstream upstream = upstream(server.url(), null);
      ask(upstream);

      upstream.close();

      assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static void answerAll(RawServer.Connection connection) throws IOException {
    while (true) {
      connection.request();
      connection.say(OK);
    }
  }

  private static String ask(HttpUpstream upstream) {
    try (UpstreamResponse response = upstream.send(request(new byte[0]), NOBODY)) {
      StringBuilder body = new StringBuilder();
      for (byte[] some = response.read(); some != null; some = response.read()) {
        body.append(new String(some, StandardCharsets.ISO_8859_1));
      }
      return body.toString();
    }
  }

  private static Failure failure(HttpUpstream upstream) {
    try {
      ask(upstream);
      throw new AssertionError("an answer came");
    } catch (UpstreamFailure e) {
      return e.failure();
    }
  }

  private static Upstream.Request request(byte[] body) {
    return new Upstream.Request(
        body.length == 0 ? "GET" : "POST", "/models", List.of(), body, true, timeouts());
  }

  private static HttpUpstream upstream(String url, @Nullable URI proxy) {
    Provider provider =
        new Provider(
            new ProviderId(UUID.fromString("01980000-0000-7000-8000-000000000001")),
            new TenantId(UUID.fromString("01980000-0000-7000-8000-000000000002")),
            "p",
            ProviderKind.OPENAI,
            URI.create(url),
            true,
            new Provider.Options(null, null, proxy, null, null, false, timeouts()),
            Instant.EPOCH);
    return new HttpUpstream(provider, "/v1");
  }

  private static Timeouts timeouts() {
    Duration brief = Duration.ofSeconds(1);
    return new Timeouts(brief, brief, brief, brief, Duration.ofSeconds(20), Duration.ZERO);
  }
}
