package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.simulated.TestingClient.Event;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SimulatedResponsesTest {
  private static final String PATH = "/responses";
  private static final String TEXT = "/output/0/content/0/text";
  private static final String BEHIND_THOUGHT = "/output/1/content/0/text";

  private final TestingClient client = new TestingClient();

  private static String body(String model, String more) {
    return """
        {"model":"%s","input":"What is a toll?"%s}"""
        .formatted(model, more);
  }

  @Test
  void answersAResponseWithOneMessage() {
    JsonNode answer = client.ask(PATH, body("sim-small", ",\"metadata\":{\"team\":\"a\"}"));
    assertThat(answer.path("object").asText()).isEqualTo("response");
    assertThat(answer.path("status").asText()).isEqualTo("completed");
    assertThat(answer.path("service_tier").asText()).isEqualTo("default");
    assertThat(answer.at("/metadata/team").asText()).isEqualTo("a");
    assertThat(answer.at("/output/0/type").asText()).isEqualTo("message");
    assertThat(answer.at(TEXT).asText()).contains("You said: \"What is a toll?\".");
  }

  @Test
  void usageIsTheSumOfItsParts() {
    JsonNode answer = client.ask(PATH, body("sim-large", ",\"instructions\":\"Be brief.\""));
    JsonNode usage = answer.path("usage");
    int visible = Tokens.count(answer.at(BEHIND_THOUGHT).asText());
    int input = Tokens.count("Be brief.") + Tokens.count("What is a toll?") + 3;
    assertThat(usage.path("input_tokens").asInt()).isEqualTo(input);
    assertThat(usage.at("/output_tokens_details/reasoning_tokens").asInt()).isEqualTo(visible / 3);
    assertThat(usage.path("output_tokens").asInt()).isEqualTo(visible + visible / 3);
    assertThat(usage.path("total_tokens").asInt()).isEqualTo(input + visible + visible / 3);
  }

  @Test
  void doesNotReasonWhenToldNotTo() {
    JsonNode answer = client.ask(PATH, body("sim-large", ",\"reasoning\":{\"effort\":\"none\"}"));
    assertThat(answer.at("/usage/output_tokens_details/reasoning_tokens").asInt(-1)).isZero();
  }

  @Test
  void isIncompleteWhenTokensRunOut() {
    JsonNode answer = client.ask(PATH, body("sim-small", ",\"max_output_tokens\":16"));
    assertThat(answer.path("status").asText()).isEqualTo("incomplete");
    assertThat(answer.at("/incomplete_details/reason").asText()).isEqualTo("max_output_tokens");
    assertThat(answer.at("/usage/output_tokens").asInt()).isEqualTo(16);
    List<JsonNode> events =
        client.chunks(PATH, body("sim-small", ",\"max_output_tokens\":16,\"stream\":true"));
    assertThat(events.getLast().path("type").asText()).isEqualTo("response.incomplete");
    assertThat(TestingClient.joined(events, "/delta")).isEqualTo(answer.at(TEXT).asText());
  }

  @Test
  void hearsTheLastUserInAListOfItems() {
    JsonNode answer =
        client.ask(
            PATH,
            """
            {"model":"sim-small","input":[
              {"role":"user","content":"First"},
              {"type":"message","role":"assistant",
               "content":[{"type":"output_text","text":"Yes"}]},
              {"role":"user","content":[{"type":"input_text","text":"Second"}]}]}""");
    assertThat(answer.at(TEXT).asText()).contains("You said: \"Second\".");
    assertThat(answer.at("/usage/input_tokens").asInt()).isEqualTo(3 + 3 * 3);
  }

  @Test
  void streamsAllEventsInOrder() {
    List<Event> events = client.stream(PATH, body("sim-small", ",\"stream\":true"));
    assertThat(events.stream().map(Event::name).distinct())
        .containsExactly(
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed");
    assertThat(events).allMatch(event -> event.json().path("type").asText().equals(event.name()));
    assertThat(events.stream().map(event -> event.json().path("sequence_number").asInt()))
        .containsExactlyElementsOf(IntStream.range(0, events.size()).boxed().toList());
  }

  @Test
  void streamTellsTheSameAsTheWhole() {
    JsonNode whole = client.ask(PATH, body("sim-large", ""));
    List<JsonNode> events = client.chunks(PATH, body("sim-large", ",\"stream\":true"));
    assertThat(TestingClient.joined(events, "/delta")).isEqualTo(whole.at(BEHIND_THOUGHT).asText());
    JsonNode end = events.getLast().path("response");
    assertThat(end.at(BEHIND_THOUGHT)).isEqualTo(whole.at(BEHIND_THOUGHT));
    assertThat(end.path("usage")).isEqualTo(whole.path("usage"));
    assertThat(end.path("output").get(1)).isEqualTo(events.get(events.size() - 2).path("item"));
    JsonNode start = events.getFirst().path("response");
    assertThat(start.path("status").asText()).isEqualTo("in_progress");
    assertThat(start.path("usage").isNull()).isTrue();
    assertThat(start.path("output").isEmpty()).isTrue();
  }
}
