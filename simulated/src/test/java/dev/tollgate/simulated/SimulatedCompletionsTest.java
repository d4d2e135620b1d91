package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedCompletionsTest {
  private static final String PATH = "/completions";

  private final TestingClient client = new TestingClient();

  private static String body(String more) {
    return """
        {"model":"sim-small","prompt":"What is a toll?"%s}"""
        .formatted(more);
  }

  @Test
  void answersSixteenTokensWhenNoLimitIsNamed() {
    JsonNode answer = client.ask(PATH, body(""));
    assertThat(answer.path("object").asText()).isEqualTo("text_completion");
    assertThat(answer.at("/choices/0/text").asText()).startsWith("This is sim-small");
    assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
    assertThat(answer.path("usage").toString())
        .isEqualTo("{\"prompt_tokens\":4,\"completion_tokens\":16,\"total_tokens\":20}");
  }

  @Test
  void stopsAtAStopString() {
    JsonNode choice = client.ask(PATH, body(",\"stop\":\" a \"")).at("/choices/0");
    assertThat(choice.path("text").asText()).isEqualTo("This is sim-small,");
    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void answersEveryPromptAsOftenAsAsked() {
    JsonNode answer =
        client.ask(
            PATH,
            "{\"model\":\"sim-small\",\"prompt\":[\"one\",\"two\"],\"n\":2,\"max_tokens\":90}");
    assertThat(answer.path("choices").findValuesAsText("index"))
        .containsExactly("0", "1", "2", "3");
    assertThat(answer.at("/choices/1/text").asText()).contains("\"one\"");
    assertThat(answer.at("/choices/2/text").asText()).contains("\"two\"");
    assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(2);
  }

  @Test
  void countsTokenIdsAsTheyCome() {
    String ids = "{\"model\":\"sim-small\",\"prompt\":[[1,2,3],[4,5]]}";
    assertThat(client.ask(PATH, ids).at("/usage/prompt_tokens").asInt()).isEqualTo(5);
  }

  @Test
  void streamTellsTheSameAsTheWhole() {
    String more = ",\"n\":2,\"max_tokens\":70";
    JsonNode whole = client.ask(PATH, body(more));
    List<JsonNode> chunks =
        client.chunks(
            PATH, body(more + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
    for (int i = 0; i < 2; i++) {
      int index = i;
      List<JsonNode> own =
          chunks.stream().filter(c -> c.at("/choices/0/index").asInt(-1) == index).toList();
      assertThat(TestingClient.joined(own, "/choices/0/text"))
          .isEqualTo(whole.path("choices").get(i).path("text").asText());
      assertThat(own.getLast().at("/choices/0/finish_reason"))
          .isEqualTo(whole.path("choices").get(i).path("finish_reason"));
    }
    assertThat(chunks.getFirst().path("usage").isNull()).isTrue();
    assertThat(chunks.getLast().path("usage")).isEqualTo(whole.path("usage"));
  }

  @Test
  void streamEndsWithDone() {
    assertThat(client.stream(PATH, body(",\"stream\":true")).getLast().data()).isEqualTo("[DONE]");
  }
}
