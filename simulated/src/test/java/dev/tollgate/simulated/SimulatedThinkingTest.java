package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the model that thinks shows of it, and what it takes back.
class SimulatedThinkingTest {
  private final TestingClient client = new TestingClient();

  @Nested
  class Messages {
    private static final String PATH = "/messages";
    private static final String USER = "{\"role\":\"user\",\"content\":\"What is a toll?\"}";

    private static String body(String model, String messages, String more) {
      return """
          {"model":"%s","max_tokens":2000,"messages":[%s]%s}"""
          .formatted(model, messages, more);
    }

    @Test
    void aThoughtStandsBeforeTheAnswer() {
      JsonNode answer = client.ask(PATH, body("sim-large", USER, ""));
      assertThat(answer.at("/content/0/type").asText()).isEqualTo("thinking");
      assertThat(answer.at("/content/0/thinking").asText()).isEmpty();
      assertThat(answer.at("/content/0/signature").asText()).isNotEmpty();
      assertThat(answer.at("/content/1/type").asText()).isEqualTo("text");
    }

    @Test
    void itsWordsAreShownWhenTheyAreAskedFor() {
      String shown = ",\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"}";
      JsonNode answer = client.ask(PATH, body("sim-large", USER, shown));
      String words = answer.at("/content/0/thinking").asText();
      assertThat(words).contains("What is");
      List<JsonNode> events =
          client.chunks(PATH, body("sim-large", USER, shown + ",\"stream\":true"));
      assertThat(TestingClient.joined(events, "/delta/thinking")).isEqualTo(words);
      assertThat(events.stream().filter(e -> e.has("content_block")).count()).isEqualTo(2);
    }

    @Test
    void itKnowsItsOwnThoughtAgainAndNoOther() {
      JsonNode answer = client.ask(PATH, body("sim-large", USER, ""));
      String turn =
          USER
              + ",{\"role\":\"assistant\",\"content\":"
              + answer.path("content")
              + "},{\"role\":\"user\",\"content\":\"go on\"}";
      assertThat(client.post(PATH, body("sim-large", turn, "")).status()).isEqualTo(200);
      assertThat(client.post(PATH, body("sim-small", turn, "")).status()).isEqualTo(400);
      String signature = answer.at("/content/0/signature").asText();
      UpstreamResponse forged =
          client.post(PATH, body("sim-large", turn.replace(signature, "Zm9yZ2Vk"), ""));
      assertThat(forged.status()).isEqualTo(400);
      assertThat(TestingClient.json(forged).at("/error/message").asText())
          .contains("Invalid `signature`");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '~',
        value = {
          "sim-large | {\"type\":\"enabled\"} | budget_tokens: Field required",
          "sim-large | {\"type\":\"enabled\",\"budget_tokens\":10} | the lowest possible value",
          "sim-large | {\"type\":\"enabled\",\"budget_tokens\":2000} | must be greater than",
          "sim-large | {\"type\":\"sometimes\"} | Input should be 'adaptive'",
          "sim-large | {\"type\":\"adaptive\",\"display\":\"all\"} | Input should be 'summarized'",
          "sim-small | {\"type\":\"adaptive\"} | does not support thinking"
        })
    void whatMakesNoSenseIsRefused(String model, String thinking, String message) {
      UpstreamResponse response = client.post(PATH, body(model, USER, ",\"thinking\":" + thinking));
      assertThat(response.status()).isEqualTo(400);
      assertThat(TestingClient.json(response).at("/error/message").asText()).contains(message);
    }

    @Test
    void aToolCannotBeForcedUponAModelThatThinks() {
      String tools =
          ",\"tools\":[{\"name\":\"a\",\"input_schema\":{\"type\":\"object\"}}],"
              + "\"tool_choice\":{\"type\":\"any\"}";
      String thinking = ",\"thinking\":{\"type\":\"adaptive\"}";
      assertThat(client.post(PATH, body("sim-large", USER, tools + thinking)).status())
          .isEqualTo(400);
    }

    @Test
    void noAnswerIsBegunForIt() {
      String begun = USER + ",{\"role\":\"assistant\",\"content\":\"A toll is\"}";
      assertThat(client.post(PATH, body("sim-large", begun, "")).status()).isEqualTo(400);
      assertThat(client.post(PATH, body("sim-small", begun, "")).status()).isEqualTo(200);
    }
  }

  @Nested
  class Responses {
    private static final String PATH = "/responses";

    private static String body(String input, String more) {
      return """
          {"model":"sim-large","input":%s%s}"""
          .formatted(input, more);
    }

    @Test
    void aReasoningItemStandsBeforeTheMessage() {
      JsonNode answer = client.ask(PATH, body("\"hi\"", ""));
      assertThat(answer.at("/output/0/type").asText()).isEqualTo("reasoning");
      assertThat(answer.at("/output/0/id").asText()).startsWith("rs_");
      assertThat(answer.at("/output/0/summary").isEmpty()).isTrue();
      assertThat(answer.at("/output/0").has("encrypted_content")).isFalse();
      assertThat(answer.at("/output/1/type").asText()).isEqualTo("message");
    }

    @Test
    void itsSummaryIsStreamedWhenItIsAskedFor() {
      String asked = ",\"reasoning\":{\"summary\":\"auto\"}";
      JsonNode answer = client.ask(PATH, body("\"hi\"", asked));
      List<JsonNode> events = client.chunks(PATH, body("\"hi\"", asked + ",\"stream\":true"));
      List<JsonNode> summary =
          events.stream()
              .filter(e -> e.path("type").asText().equals("response.reasoning_summary_text.delta"))
              .toList();
      assertThat(TestingClient.joined(summary, "/delta"))
          .isEqualTo(answer.at("/output/0/summary/0/text").asText())
          .isNotEmpty();
      assertThat(events.getLast().at("/response/output/0/summary"))
          .isEqualTo(answer.at("/output/0/summary"));
    }

    @Test
    void withoutAStoreAThoughtComesBackEncrypted() {
      String stateless = ",\"store\":false";
      String included = stateless + ",\"include\":[\"reasoning.encrypted_content\"]";
      JsonNode plain = client.ask(PATH, body("\"hi\"", stateless));
      JsonNode encrypted = client.ask(PATH, body("\"hi\"", included));
      assertThat(client.post(PATH, body(replayed(encrypted), stateless)).status()).isEqualTo(200);
      UpstreamResponse lost = client.post(PATH, body(replayed(plain), stateless));
      assertThat(lost.status()).isEqualTo(404);
      assertThat(TestingClient.json(lost).at("/error/message").asText())
          .contains("Items are not persisted when `store` is set to false");
      String signature = encrypted.at("/output/0/encrypted_content").asText();
      String forged = replayed(encrypted).replace(signature, "Zm9yZ2Vk");
      assertThat(client.post(PATH, body(forged, stateless)).status()).isEqualTo(400);
    }

    @Test
    void aStoredItemCanBeReferredTo() {
      JsonNode answer = client.ask(PATH, body("\"hi\"", ""));
      String reference =
          "[{\"type\":\"item_reference\",\"id\":%s},{\"role\":\"user\",\"content\":\"x\"}]"
              .formatted(answer.at("/output/0/id"));
      assertThat(client.post(PATH, body(reference, "")).status()).isEqualTo(200);
    }

    private static String replayed(JsonNode answer) {
      return "[{\"role\":\"user\",\"content\":\"hi\"},"
          + answer.path("output").get(0)
          + ","
          + answer.path("output").get(1)
          + ",{\"role\":\"user\",\"content\":\"go on\"}]";
    }
  }
}
