package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.simulated.TestingClient.Event;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedChatTest {
  private static final String PATH = "/chat/completions";
  private static final String TEXT = "/choices/0/message/content";

  private final TestingClient client = new TestingClient();

  private static String body(String model, String more) {
    return """
        {"model":"%s","messages":[{"role":"user","content":"What is a toll?"}]%s}"""
        .formatted(model, more);
  }

  @Nested
  class Whole {
    @Test
    void saysThatItIsSimulatedAndWhatItHeard() {
      JsonNode answer = client.ask(PATH, body("sim-small", ""));
      assertThat(answer.at(TEXT).asText())
          .startsWith("This is sim-small, a simulated model. You said: \"What is a toll?\". ")
          .endsWith(".");
      assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
      assertThat(answer.path("id").asText()).startsWith("chatcmpl-");
      assertThat(answer.path("model").asText()).isEqualTo("sim-small");
      assertThat(answer.path("service_tier").asText()).isEqualTo("default");
      assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void saysTheSameTwiceUnderAnotherId() {
      JsonNode first = client.ask(PATH, body("sim-small", ""));
      JsonNode second = client.ask(PATH, body("sim-small", ""));
      assertThat(second.at(TEXT)).isEqualTo(first.at(TEXT));
      assertThat(second.path("id")).isNotEqualTo(first.path("id"));
    }

    @Test
    void shortensWhatItHeard() {
      String body =
          """
          {"model":"sim-small","messages":[{"role":"user","content":"%s"}]}"""
              .formatted("ab ".repeat(60));
      assertThat(client.ask(PATH, body).at(TEXT).asText())
          .contains("You said: \"" + "ab ".repeat(60).substring(0, 80) + "...\".");
    }

    @Test
    void largeSaysMoreThanSmall() {
      String small = client.ask(PATH, body("sim-small", "")).at(TEXT).asText();
      String large = client.ask(PATH, body("sim-large", "")).at(TEXT).asText();
      assertThat(Tokens.count(small)).isBetween(60, 90);
      assertThat(Tokens.count(large)).isBetween(120, 150);
    }

    @Test
    void countsThePromptAndTheAnswer() {
      JsonNode answer = client.ask(PATH, body("sim-small", ""));
      JsonNode usage = answer.path("usage");
      int input = Tokens.count("What is a toll?") + 3;
      int output = Tokens.count(answer.at(TEXT).asText());
      assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(input);
      assertThat(usage.path("completion_tokens").asInt()).isEqualTo(output);
      assertThat(usage.path("total_tokens").asInt()).isEqualTo(input + output);
      assertThat(usage.at("/completion_tokens_details/reasoning_tokens").asInt(-1)).isZero();
    }

    @Test
    void countsAllMessagesAndTools() {
      String tools =
          """
          [{"type":"function","function":{"name":"pay","parameters":{"type":"object"}}}]""";
      JsonNode answer =
          client.ask(
              PATH,
              """
              {"model":"sim-small","tools":%s,"messages":[
                {"role":"system","content":"Be brief."},
                {"role":"user","content":[{"type":"text","text":"Pay it."},
                  {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAABBBBCCCC"}}]},
                {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",
                  "function":{"name":"pay","arguments":"{}"}}]},
                {"role":"tool","tool_call_id":"c1","content":"paid"}]}"""
                  .formatted(tools));
      int words = Tokens.count("Be brief.") + Tokens.count("Pay it.") + Tokens.count("pay\n{}") + 1;
      assertThat(answer.at("/usage/prompt_tokens").asInt())
          .isEqualTo(Tokens.count(tools.strip()) + words + 4 * 3);
    }

    @Test
    void largeBillsReasoningOnTop() {
      JsonNode answer = client.ask(PATH, body("sim-large", ""));
      int visible = Tokens.count(answer.at(TEXT).asText());
      int reasoning = answer.at("/usage/completion_tokens_details/reasoning_tokens").asInt();
      assertThat(reasoning).isEqualTo(visible / 3);
      assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(visible + reasoning);
    }

    @Test
    void doesNotReasonWhenToldNotTo() {
      JsonNode answer = client.ask(PATH, body("sim-large", ",\"reasoning_effort\":\"none\""));
      assertThat(answer.at("/usage/completion_tokens_details/reasoning_tokens").asInt(-1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_tokens", "max_completion_tokens"})
    void stopsAtTheMostTokens(String name) {
      String limit = ",\"" + name + "\":7";
      for (String model : List.of("sim-small", "sim-large")) {
        JsonNode answer = client.ask(PATH, body(model, limit));
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(7);
      }
    }

    @Test
    void reasoningLeavesRoomForWordsWithinAnyLimit() {
      IntStream.rangeClosed(1, 100)
          .forEach(
              most -> {
                JsonNode answer = client.ask(PATH, body("sim-large", ",\"max_tokens\":" + most));
                int visible = Tokens.count(answer.at(TEXT).asText());
                assertThat(visible).isPositive();
                assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(most);
                assertThat(most - visible).isBetween(0, visible / 3 + 1);
              });
    }

    @Test
    void stopsBeforeTheEarliestStopString() {
      JsonNode answer = client.ask(PATH, body("sim-small", ",\"stop\":[\"You said\",\" model\"]"));
      assertThat(answer.at(TEXT).asText()).isEqualTo("This is sim-small, a simulated");
      assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
      assertThat(answer.at("/usage/completion_tokens").asInt())
          .isEqualTo(Tokens.count("This is sim-small, a simulated"));
    }

    @Test
    void billsEveryChoice() {
      JsonNode answer = client.ask(PATH, body("sim-small", ",\"n\":3"));
      assertThat(answer.path("choices").findValuesAsText("index")).containsExactly("0", "1", "2");
      List<String> texts = answer.path("choices").findValuesAsText("content");
      assertThat(texts).doesNotHaveDuplicates();
      assertThat(answer.at("/usage/completion_tokens").asInt())
          .isEqualTo(texts.stream().mapToInt(Tokens::count).sum());
    }
  }

  @Nested
  class Streamed {
    @ParameterizedTest
    @ValueSource(
        strings = {"", ",\"max_tokens\":9", ",\"stop\":\"said\"", ",\"reasoning_effort\":\"low\""})
    void chunksPutTogetherAreTheWholeText(String more) {
      String whole = client.ask(PATH, body("sim-large", more)).at(TEXT).asText();
      List<JsonNode> chunks = client.chunks(PATH, body("sim-large", more + ",\"stream\":true"));
      assertThat(TestingClient.joined(chunks, "/choices/0/delta/content")).isEqualTo(whole);
    }

    @Test
    void beginsWithTheRoleAndEndsWithTheReasonAndDone() {
      List<Event> events = client.stream(PATH, body("sim-small", ",\"stream\":true"));
      JsonNode first = events.getFirst().json();
      assertThat(first.path("object").asText()).isEqualTo("chat.completion.chunk");
      assertThat(first.at("/choices/0/delta/role").asText()).isEqualTo("assistant");
      JsonNode last = events.get(events.size() - 2).json();
      assertThat(last.at("/choices/0/delta").isEmpty()).isTrue();
      assertThat(last.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
      assertThat(events.getLast()).isEqualTo(new Event("", "[DONE]"));
    }

    @Test
    void chunksShareOneId() {
      List<JsonNode> chunks = client.chunks(PATH, body("sim-small", ",\"stream\":true"));
      assertThat(chunks.stream().map(chunk -> chunk.path("id").asText()).distinct()).hasSize(1);
      assertThat(chunks).noneMatch(chunk -> chunk.has("usage"));
    }

    @Test
    void usageComesLastWhenItIsAskedFor() {
      String more = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
      List<JsonNode> chunks = client.chunks(PATH, body("sim-large", more));
      JsonNode last = chunks.getLast();
      assertThat(last.path("choices").isEmpty()).isTrue();
      assertThat(chunks.subList(0, chunks.size() - 1))
          .allMatch(chunk -> chunk.path("usage").isNull());
      JsonNode whole = client.ask(PATH, body("sim-large", ""));
      assertThat(last.path("usage")).isEqualTo(whole.path("usage"));
    }

    @Test
    void choicesTakeTurns() {
      List<JsonNode> chunks = client.chunks(PATH, body("sim-small", ",\"n\":2,\"stream\":true"));
      List<Integer> indexes =
          chunks.stream().map(chunk -> chunk.at("/choices/0/index").asInt()).toList();
      assertThat(indexes.subList(0, 6)).containsExactly(0, 1, 0, 1, 0, 1);
      JsonNode whole = client.ask(PATH, body("sim-small", ",\"n\":2"));
      for (int i = 0; i < 2; i++) {
        int index = i;
        List<JsonNode> own =
            chunks.stream().filter(c -> c.at("/choices/0/index").asInt() == index).toList();
        assertThat(TestingClient.joined(own, "/choices/0/delta/content"))
            .isEqualTo(whole.path("choices").get(i).at("/message/content").asText());
        assertThat(own.getLast().at("/choices/0/finish_reason").asText()).isEqualTo("stop");
      }
    }
  }
}
