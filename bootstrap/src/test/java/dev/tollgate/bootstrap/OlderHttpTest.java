package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.bootstrap.RawSocket.Heard;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// HTTP/1.0, as nginx sends it by default: served, one request for each connection, nothing in
/// chunks.
class OlderHttpTest {
  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void servesEachPort() {
    assertThat(ask(gateway.dev().port(), "GET / HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
    assertThat(ask(gateway.dev().opsPort(), "GET /health/live HTTP/1.0\r\n\r\n").status())
        .isEqualTo(200);
    String projects =
        "GET /api/v1/projects HTTP/1.0\r\nAuthorization: Bearer " + gateway.adminToken();
    assertThat(ask(gateway.dev().port(), projects + "\r\n\r\n").status()).isEqualTo(200);
  }

  @Test
  void endsTheConnectionAlsoWhenAskedToKeepIt() {
    Heard heard =
        ask(gateway.dev().port(), "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");

    assertThat(heard.answers()).isOne();
    assertThat(heard.text().toLowerCase(Locale.ROOT)).contains("connection: close");
  }

  @Test
  void answersAWholeCall() {
    Heard heard = ask(gateway.dev().port(), call("sim-small", false));

    assertThat(heard.status()).isEqualTo(200);
    assertThat(heard.text()).contains("x-tollgate-cost").contains("\"usage\"");
    assertThat(heard.text().toLowerCase(Locale.ROOT)).doesNotContain("transfer-encoding");
  }

  @Test
  void streamsWithoutChunks() {
    Heard heard = ask(gateway.dev().port(), call("sim-small", true));

    assertThat(heard.status()).isEqualTo(200);
    assertThat(heard.text().toLowerCase(Locale.ROOT))
        .contains("content-type: text/event-stream")
        .doesNotContain("transfer-encoding");
    assertThat(heard.body()).startsWith("data: {").endsWith("data: [DONE]\n\n");
    assertThat(heard.answers()).isOne();
  }

  @Test
  void exportsWithoutChunks() {
    String export =
        "GET /api/v1/calls:export HTTP/1.0\r\nAuthorization: Bearer " + gateway.adminToken();
    ask(gateway.dev().port(), call("sim-small", false));

    Heard heard = ask(gateway.dev().port(), export + "\r\n\r\n");

    assertThat(heard.body().lines().toList()).allMatch(line -> line.startsWith("{\"id\":"));
    assertThat(heard.answers()).isOne();
  }

  @Test
  void readsAHeadThatComesInPieces() throws Exception {
    String call = call("sim-small", false);
    try (RawSocket raw = RawSocket.connect(gateway.dev().port())) {
      for (int i = 0; i < call.length(); i += 37) {
        raw.send(
            call.substring(i, Math.min(call.length(), i + 37)).getBytes(StandardCharsets.US_ASCII));
        Thread.sleep(2);
      }
      assertThat(raw.hear(Duration.ofSeconds(10)).status()).isEqualTo(200);
    }
  }

  @Test
  void knowsNoChunksAndNoExpectations() {
    String head = "POST /v1/nowhere HTTP/1.0\r\nHost: a\r\n";
    assertThat(
            ask(gateway.dev().port(), head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                .status())
        .isEqualTo(505);
    Heard expecting =
        ask(
            gateway.dev().port(),
            call("sim-small", false).replace("\r\nHost", "\r\nExpect: 100-continue\r\nHost"));
    assertThat(expecting.text()).startsWith("HTTP/1.1 200");
  }

  private String call(String model, boolean stream) {
    String body =
        "{\"model\":\"%s\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
            .formatted(model, stream);
    return "POST /v1/chat/completions HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer "
        + gateway.demoKey()
        + "\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private static Heard ask(int port, String request) {
    return RawSocket.exchange(port, request);
  }
}
