package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.simulated.Prompt.Heard;
import dev.tollgate.simulated.Prompt.Mark;
import dev.tollgate.simulated.Prompt.Output;
import dev.tollgate.simulated.Prompt.Section;
import dev.tollgate.simulated.Prompt.Speaker;
import dev.tollgate.simulated.Prompt.Terms;
import dev.tollgate.simulated.Tally.Input;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SimulatedCacheTest {
  private static final String LONG = "toll ".repeat(100).strip();

  private final TestingClient client = new TestingClient();

  @Nested
  class Automatic {
    private JsonNode usage(String model, String... contents) {
      StringBuilder messages = new StringBuilder();
      for (String content : contents) {
        messages
            .append(messages.isEmpty() ? "" : ",")
            .append("{\"role\":\"user\",\"content\":\"" + content + "\"}");
      }
      String body = "{\"model\":\"%s\",\"messages\":[%s]}".formatted(model, messages);
      return client.ask("/chat/completions", body).path("usage");
    }

    private static void check(JsonNode usage, int prompt, int cached, int written) {
      assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(prompt);
      JsonNode details = usage.path("prompt_tokens_details");
      assertThat(details.path("cached_tokens").asInt(-1)).isEqualTo(cached);
      assertThat(details.path("cache_write_tokens").asInt(-1)).isEqualTo(written);
    }

    @Test
    void aRepeatIsReadFromTheCache() {
      check(usage("sim-small", LONG), 103, 0, 0);
      check(usage("sim-small", LONG), 103, 103, 0);
    }

    @Test
    void onlyLargeBillsTheWriting() {
      check(usage("sim-large", LONG), 103, 0, 103);
      check(usage("sim-large", LONG), 103, 103, 0);
    }

    @Test
    void aLongerConversationReadsWhatItShares() {
      check(usage("sim-large", LONG), 103, 0, 103);
      check(usage("sim-large", LONG, "one more"), 108, 103, 5);
      check(usage("sim-large", "other", LONG), 107, 0, 107);
    }

    @Test
    void shortPromptsAreNotKept() {
      check(usage("sim-large", "short"), 4, 0, 0);
      check(usage("sim-large", "short"), 4, 0, 0);
    }

    @Test
    void modelsDoNotShare() {
      check(usage("sim-large", LONG), 103, 0, 103);
      check(usage("sim-small", LONG), 103, 0, 0);
    }

    @Test
    void responsesReportItToo() {
      String body = "{\"model\":\"sim-large\",\"input\":\"%s\"}".formatted(LONG);
      JsonNode first = client.ask("/responses", body).at("/usage/input_tokens_details");
      JsonNode second = client.ask("/responses", body).at("/usage/input_tokens_details");
      assertThat(first.toString()).isEqualTo("{\"cached_tokens\":0,\"cache_write_tokens\":103}");
      assertThat(second.toString()).isEqualTo("{\"cached_tokens\":103,\"cache_write_tokens\":0}");
    }
  }

  @Nested
  class Marked {
    private static final String MARK = ",\"cache_control\":{\"type\":\"ephemeral\"}";
    private static final String HOUR = ",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}";

    private JsonNode usage(String systemMark, String userMark, String text) {
      return usage(systemMark, userMark, text, "");
    }

    private JsonNode usage(String systemMark, String userMark, String text, String more) {
      return client
          .ask(
              "/messages",
              """
              {"model":"sim-small","max_tokens":9%s,
               "system":[{"type":"text","text":"%s"%s}],
               "messages":[{"role":"user","content":[{"type":"text","text":"%s"%s}]}]}"""
                  .formatted(more, LONG, systemMark, text, userMark))
          .path("usage");
    }

    private static void check(JsonNode usage, int fresh, int read, int fiveMinutes, int hour) {
      assertThat(usage.path("input_tokens").asInt()).isEqualTo(fresh);
      assertThat(usage.path("cache_read_input_tokens").asInt()).isEqualTo(read);
      assertThat(usage.path("cache_creation_input_tokens").asInt()).isEqualTo(fiveMinutes + hour);
      JsonNode creation = usage.path("cache_creation");
      assertThat(creation.path("ephemeral_5m_input_tokens").asInt()).isEqualTo(fiveMinutes);
      assertThat(creation.path("ephemeral_1h_input_tokens").asInt()).isEqualTo(hour);
    }

    @Test
    void nothingIsKeptWithoutAMark() {
      check(usage("", "", "hi"), 104, 0, 0, 0);
      check(usage("", "", "hi"), 104, 0, 0, 0);
    }

    @Test
    void aMarkedPrefixIsWrittenThenRead() {
      check(usage(MARK, "", "hi"), 4, 0, 100, 0);
      check(usage(MARK, "", "ho ho"), 5, 100, 0, 0);
    }

    @Test
    void eachMarkIsWrittenForItsTime() {
      check(usage(HOUR, MARK, "hi"), 0, 0, 4, 100);
      check(usage(HOUR, MARK, "hi"), 0, 104, 0, 0);
      check(usage(HOUR, MARK, "ho"), 0, 100, 4, 0);
    }

    @Test
    void aMarkThatMovedOnStillFindsWhatWasKept() {
      check(usage(MARK, "", "hi"), 4, 0, 100, 0);
      check(usage("", MARK, "hi"), 0, 100, 4, 0);
    }

    @Test
    void aMarkOfTheRequestStandsAtItsEnd() {
      check(usage("", "", "hi", MARK), 0, 0, 104, 0);
      check(usage("", "", "hi", MARK), 0, 104, 0, 0);
    }

    @Test
    void refusesMoreThanFourMarks() {
      String block = "{\"type\":\"text\",\"text\":\"a\"" + MARK + "}";
      String blocks = String.join(",", List.of(block, block, block, block, block));
      String body =
          """
          {"model":"sim-small","max_tokens":9,"messages":[{"role":"user","content":[%s]}]}"""
              .formatted(blocks);
      assertThat(client.post("/messages", body).status()).isEqualTo(400);
    }
  }

  @Test
  void forgetsWhatWasNotUsedForAThousandPrefixes() {
    PromptCache cache = new PromptCache();
    cache.automatic(prompt(0));
    for (int i = 1; i < 1_000; i++) {
      cache.automatic(prompt(i));
    }
    assertThat(cache.automatic(prompt(0))).isEqualTo(new Input(0, 70, 0, 0));
    cache.automatic(prompt(1_000));
    assertThat(cache.automatic(prompt(1))).isEqualTo(new Input(70, 0, 0, 0));
    assertThat(cache.automatic(prompt(0))).isEqualTo(new Input(0, 70, 0, 0));
  }

  private static Prompt prompt(long fingerprint) {
    Terms terms = new Terms(1, 1, List.of(), false, new Output.Words());
    Section section = new Section(70, fingerprint, Mark.NONE);
    return new Prompt(SimulatedModel.SMALL, new Heard(Speaker.USER, ""), List.of(section), terms);
  }
}
