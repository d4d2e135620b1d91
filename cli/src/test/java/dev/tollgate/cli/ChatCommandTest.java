package dev.tollgate.cli;

import static dev.tollgate.cli.Events.DONE;
import static dev.tollgate.cli.Events.KEEP_ALIVE;
import static dev.tollgate.cli.Events.text;
import static dev.tollgate.cli.Events.usage;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ChatCommandTest {
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
    assertThat(terminal.out() + terminal.err()).doesNotContain(KEY).doesNotContain("\tat ");
  }

  @Nested
  class Streaming {
    @Test
    void printsTheTextAndASummary() {
      gateway.streams(
          KEEP_ALIVE,
          text("Ledgers "),
          text("balance — ✓"),
          Events.stop(),
          usage(14, 22, ",\"cost\":\"0.000312\""),
          DONE);

      int code = terminal.chat(data, "Write a haiku");

      assertThat(code).isZero();
      assertThat(terminal.out()).isEqualTo("Ledgers balance — ✓" + System.lineSeparator());
      assertThat(terminal.err())
          .matches(
              "-- 14 in / 22 out tokens \\| first token \\d+ ms( \\| \\d+ tok/s)? \\| \\$0\\.000312"
                  + " \\| "
                  + TestingGateway.CALL
                  + "\\R");
    }

    @Test
    void printsEveryPieceAsItArrives() throws InterruptedException {
      CountDownLatch goOn = new CountDownLatch(1);
      gateway.streamsInTwo(text("first"), goOn, text(" second"), usage(1, 20, ""), DONE);

      Thread chat = Thread.ofVirtual().start(() -> terminal.chat(data, "Hello"));
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!terminal.out().equals("first") && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
      assertThat(terminal.out()).isEqualTo("first");
      // A rate needs a measurable time between the pieces.
      Thread.sleep(5);
      goOn.countDown();
      chat.join();

      assertThat(terminal.out()).isEqualTo("first second" + System.lineSeparator());
      assertThat(terminal.err()).contains(" tok/s");
    }

    @Test
    void saysThatTheSettlementIsPending() {
      gateway.streams(text("Hi\n"), usage(3, 1, ",\"settlement\":\"pending\""), DONE);

      terminal.chat(data, "Hello");

      assertThat(terminal.out()).isEqualTo("Hi\n");
      assertThat(terminal.err()).contains("3 in / 1 out tokens").contains("| settlement pending |");
    }

    @Test
    void doesNotWaitForTheEndOfAConnectionThatStaysOpen() {
      gateway.streamsAndStays(text("Hi"), DONE);

      assertThat(terminal.chat(data, "Hello")).isZero();
    }

    @Test
    void failsWhenAnErrorComesInTheMiddle() {
      gateway.streamsAndStays(
          text("Half"),
          "data: {\"error\":{\"message\":\"The provider hung up.\","
              + "\"code\":\"provider_error\"}}\n\n");

      int code = terminal.chat(data, "Hello");

      assertThat(code).isEqualTo(1);
      assertThat(terminal.out()).isEqualTo("Half" + System.lineSeparator());
      assertThat(terminal.err())
          .isEqualToIgnoringNewLines(
              "tollgate: The answer broke off: The provider hung up. (provider_error, %s)"
                  .formatted(TestingGateway.CALL));
    }

    @Test
    void failsWithoutTheEndMark() {
      gateway.streams(text("Half"), Events.stop());

      assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
      assertThat(terminal.err())
          .contains("The answer is incomplete: the stream ended before its end mark.")
          .contains(TestingGateway.CALL);
    }

    @Test
    void failsWhenTheConnectionBreaks() {
      gateway.streamsAndBreaks(text("Half"));

      assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
      assertThat(terminal.out()).isEqualTo("Half" + System.lineSeparator());
      assertThat(terminal.err()).contains("The answer is incomplete: the connection broke.");
    }

    @Test
    void failsOnEventsThatAreNoJson() {
      gateway.streams("data: <html>\n\n");

      assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
      assertThat(terminal.err()).contains("what came is not JSON");
    }

    @Test
    void failsWhenSomethingElseThanAStreamComes() {
      gateway.answers(200, "text/html", "<html>a portal</html>");

      assertThat(terminal.chat(data, "Hello")).isEqualTo(1);
      assertThat(terminal.out()).isEmpty();
      assertThat(terminal.err()).contains("sends no stream. Check OPENAI_BASE_URL.");
    }
  }

  @Nested
  class Asking {
    @BeforeEach
    void answer() {
      gateway.streams(text("ok"), DONE);
    }

    @Test
    void sendsModelMessagesAndLimit() {
      terminal.chat(data, "Hi \"you\"", "-m", "sim-large", "-s", "Be brief", "--max-tokens", "9");

      TestingGateway.Received received = gateway.received();
      assertThat(received.target()).isEqualTo("POST /v1/chat/completions");
      assertThat(received.authorization()).isEqualTo("Bearer " + KEY);
      assertThat(received.body())
          .isEqualTo(
              "{\"model\":\"sim-large\",\"messages\":["
                  + "{\"role\":\"system\",\"content\":\"Be brief\"},"
                  + "{\"role\":\"user\",\"content\":\"Hi \\\"you\\\"\"}],"
                  + "\"max_completion_tokens\":9,"
                  + "\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
    }

    @Test
    void takesThePromptFromStdin() {
      assertThat(terminal.pipe("Grüße\nan alle\n").chat(data)).isZero();
      assertThat(gateway.received().body())
          .contains("\"model\":\"sim-small\"", "\"content\":\"Grüße\\nan alle\"");
    }

    @Test
    void prefersThePromptOfTheCommandLine() {
      terminal.pipe("from stdin").chat(data, "from the line");

      assertThat(gateway.received().body()).contains("from the line").doesNotContain("from stdin");
    }

    @Test
    void takesAPromptThatBeginsWithAnAtSign() {
      terminal.chat(data, "@alice says hi");

      assertThat(gateway.received().body()).contains("\"@alice says hi\"");
    }

    @Test
    void refusesToAskNothing() {
      assertThat(terminal.chat(data)).isEqualTo(2);
      assertThat(terminal.err()).startsWith("tollgate: There is no prompt.");
    }

    @Test
    void refusesALimitBelowOne() {
      assertThat(terminal.chat(data, "Hello", "--max-tokens", "0")).isEqualTo(2);
      assertThat(terminal.err()).contains("--max-tokens must be at least 1.");
    }
  }

  @Nested
  class InOnePiece {
    @Test
    void printsTheAnswerWithTheCostOfTheHeaders() {
      gateway.answers(
          200,
          "application/json",
          "{\"choices\":[{\"message\":{\"content\":\"Done.\"}}],"
              + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}",
          "x-tollgate-cost",
          "0.0001");

      int code = terminal.chat(data, "Hello", "--no-stream");

      assertThat(code).isZero();
      assertThat(gateway.received().body()).doesNotContain("stream");
      assertThat(terminal.out()).isEqualTo("Done." + System.lineSeparator());
      assertThat(terminal.err())
          .matches(
              "-- 5 in / 2 out tokens \\| \\d+ ms \\| \\$0\\.0001 \\| "
                  + TestingGateway.CALL
                  + "\\R");
    }
  }
}
