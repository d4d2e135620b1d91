package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.simulated.TestingClient.Event;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedMessagesTest {
  private static final String PATH = "/messages";

  private final TestingClient client = new TestingClient();

  private static String body(String model, String more) {
    return """
        {"model":"%s","max_tokens":1000,"system":"Be brief.",
         "messages":[{"role":"user","content":"What is a toll?"}]%s}"""
        .formatted(model, more);
  }

  @Test
  void answersAMessage() {
    JsonNode answer = client.ask(PATH, body("sim-small", ""));
    assertThat(answer.path("type").asText()).isEqualTo("message");
    assertThat(answer.path("id").asText()).startsWith("msg_");
    assertThat(answer.path("role").asText()).isEqualTo("assistant");
    assertThat(answer.path("stop_reason").asText()).isEqualTo("end_turn");
    assertThat(answer.path("stop_sequence").isNull()).isTrue();
    assertThat(answer.at("/content/0/text").asText()).contains("You said: \"What is a toll?\".");
    assertThat(answer.at("/usage/service_tier").asText()).isEqualTo("standard");
  }

  @Test
  void servesAPathWithAQuery() {
    assertThat(client.post(PATH + "?beta=true", body("sim-small", "")).status()).isEqualTo(200);
  }

  @Test
  void countsInputAndOutput() {
    JsonNode answer = client.ask(PATH, body("sim-large", ""));
    JsonNode usage = answer.path("usage");
    int visible = Tokens.count(answer.at("/content/1/text").asText());
    assertThat(usage.path("input_tokens").asInt())
        .isEqualTo(Tokens.count("Be brief.") + Tokens.count("What is a toll?") + 3);
    assertThat(usage.at("/output_tokens_details/thinking_tokens").asInt()).isEqualTo(visible / 3);
    assertThat(usage.path("output_tokens").asInt()).isEqualTo(visible + visible / 3);
    assertThat(usage.path("cache_creation_input_tokens").asInt(-1)).isZero();
    assertThat(usage.path("cache_read_input_tokens").asInt(-1)).isZero();
  }

  @Test
  void doesNotThinkWhenToldNotTo() {
    JsonNode answer = client.ask(PATH, body("sim-large", ",\"thinking\":{\"type\":\"disabled\"}"));
    assertThat(answer.at("/usage/output_tokens_details/thinking_tokens").asInt(-1)).isZero();
  }

  @Test
  void stopsAtTheMostTokens() {
    JsonNode answer = client.ask(PATH, body("sim-large", "").replace("1000", "8"));
    assertThat(answer.path("stop_reason").asText()).isEqualTo("max_tokens");
    assertThat(answer.at("/usage/output_tokens").asInt()).isEqualTo(8);
  }

  @Test
  void saysNothingWhenOnlyTheCacheIsToBeWarmed() {
    JsonNode answer = client.ask(PATH, body("sim-large", "").replace("1000", "0"));
    assertThat(answer.path("content").isEmpty()).isTrue();
    assertThat(answer.at("/usage/output_tokens").asInt(-1)).isZero();
  }

  @Test
  void namesTheSequenceThatStoppedIt() {
    JsonNode answer =
        client.ask(PATH, body("sim-small", ",\"stop_sequences\":[\"zzz\",\" said\"]"));
    assertThat(answer.path("stop_reason").asText()).isEqualTo("stop_sequence");
    assertThat(answer.path("stop_sequence").asText()).isEqualTo(" said");
    assertThat(answer.at("/content/0/text").asText()).endsWith(" You");
  }

  @Test
  void streamsAllEventsInOrder() {
    List<Event> events = client.stream(PATH, body("sim-small", ",\"stream\":true"));
    assertThat(events.stream().map(Event::name).distinct())
        .containsExactly(
            "message_start",
            "ping",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop");
    assertThat(events).allMatch(event -> event.json().path("type").asText().equals(event.name()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",\"stop_sequences\":[\"said\"]"})
  void streamTellsTheSameAsTheWhole(String more) {
    JsonNode whole = client.ask(PATH, body("sim-large", more));
    List<JsonNode> events = client.chunks(PATH, body("sim-large", more + ",\"stream\":true"));
    assertThat(TestingClient.joined(events, "/delta/text"))
        .isEqualTo(whole.at("/content/1/text").asText());
    assertThat(TestingClient.joined(events, "/delta/signature"))
        .isEqualTo(whole.at("/content/0/signature").asText());
    JsonNode end = events.get(events.size() - 2);
    assertThat(end.path("usage")).isEqualTo(whole.path("usage"));
    assertThat(end.at("/delta/stop_reason")).isEqualTo(whole.path("stop_reason"));
    assertThat(end.at("/delta/stop_sequence")).isEqualTo(whole.path("stop_sequence"));
    JsonNode start = events.getFirst().path("message");
    assertThat(start.at("/usage/input_tokens")).isEqualTo(whole.at("/usage/input_tokens"));
    assertThat(start.at("/usage/output_tokens").asInt()).isEqualTo(1);
  }

  @Test
  void countTokensSaysWhatAMessageWouldCount() {
    String counted = body("sim-small", "").replace("\"max_tokens\":1000,", "");
    JsonNode answer = client.ask("/messages/count_tokens", counted);
    assertThat(answer.path("input_tokens"))
        .isEqualTo(client.ask(PATH, body("sim-small", "")).at("/usage/input_tokens"));
  }
}
