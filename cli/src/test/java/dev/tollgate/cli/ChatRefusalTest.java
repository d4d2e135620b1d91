package dev.tollgate.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class ChatRefusalTest {
  private static final String KEY = "tgk_demo_0123456789";

  @TempDir Path data;
  private final TestingGateway gateway = new TestingGateway();
  private final TestingTerminal terminal = new TestingTerminal();

  @BeforeEach
  void knowTheGateway() {
    terminal.set("OPENAI_BASE_URL", gateway.baseUrl()).set("OPENAI_API_KEY", KEY);
  }

  @AfterEach
  void stop() {
    gateway.close();
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.err()).doesNotContain(KEY).hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({
    "401, invalid_api_key, 4",
    "403, model_not_allowed, 7",
    "404, model_not_found, 1",
    "429, insufficient_quota, 8",
    "502, provider_error, 1"
  })
  void saysMessageCodeAndCall(int status, String code, int exitCode) {
    gateway.answers(
        status,
        "application/json",
        "{\"error\":{\"message\":\"It is\\nso.\",\"type\":\"t\",\"param\":null,\"code\":\"%s\"}}"
            .formatted(code));

    assertThat(terminal.chat(data, "Hello")).isEqualTo(exitCode);
    assertThat(terminal.err())
        .isEqualToIgnoringNewLines(
            "tollgate: It is so. (%d %s, %s)".formatted(status, code, TestingGateway.CALL));
  }

  @Test
  void saysWhenToComeBack() {
    gateway.answers(
        429,
        "application/json",
        "{\"error\":{\"message\":\"Slow down.\",\"code\":\"rate_limit_exceeded\"}}",
        "retry-after",
        "12");

    assertThat(terminal.chat(data, "Hello")).isEqualTo(8);
    assertThat(terminal.err()).contains("(429 rate_limit_exceeded, retry after 12 s, call_");
  }

  @Test
  void survivesErrorsThatAreNoJson() {
    gateway.answers(503, "text/html", "<html>busy</html>");

    assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
    assertThat(terminal.err()).contains("refused without a reason. (HTTP 503, call_");
  }

  @Test
  void hidesAKeyThatTheServerQuotes() {
    gateway.answers(401, "application/json", "{\"error\":{\"message\":\"Bad key " + KEY + "\"}}");

    assertThat(terminal.chat(data, "Hello")).isEqualTo(4);
    assertThat(terminal.err()).contains("Bad key [key]");
  }

  @Test
  void doesNotFollowRedirects() {
    gateway.answers(307, "text/plain", "", "location", "http://127.0.0.1:1/elsewhere");

    assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
    assertThat(terminal.err()).contains("HTTP 307");
  }

  @Test
  void saysHowToStartAGatewayWhenNoneAnswers() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    terminal.set("OPENAI_BASE_URL", "http://127.0.0.1:" + port + "/v1");

    assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
    assertThat(terminal.err())
        .isEqualToIgnoringNewLines(
            "tollgate: No gateway answers at http://127.0.0.1:"
                + port
                + " (connection refused). Start one with './tollgate dev' or check"
                + " OPENAI_BASE_URL.");
  }

  @Test
  void saysThatTheHostIsNotKnown() {
    terminal.set("OPENAI_BASE_URL", "http://no-such-host.invalid/v1");

    assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
    assertThat(terminal.err()).contains("The host of http://no-such-host.invalid is not known.");
  }

  @Test
  void saysThatTheOtherSideSpeaksNoTls() throws IOException {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerInPlainText(plain));
      terminal.set("OPENAI_BASE_URL", "https://127.0.0.1:" + plain.getLocalPort() + "/v1");

      assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
      assertThat(terminal.err()).contains("No secure connection to https://127.0.0.1:");
    }
  }

  @Test
  void refusesAKeyThatCannotBeSent() {
    terminal.set("OPENAI_API_KEY", KEY + "\nX-Other: 1");

    assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
    assertThat(terminal.err()).contains("OPENAI_API_KEY holds a blank");
  }

  /// Answers only once the greeting is there: before it, the client reports what it likes.
  private static void answerInPlainText(ServerSocket server) {
    try (Socket socket = server.accept()) {
      int greeting = socket.getInputStream().read(new byte[1 << 14]);
      assertThat(greeting).isPositive();
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // The client has torn the connection down, as it should.
    }
  }
}
