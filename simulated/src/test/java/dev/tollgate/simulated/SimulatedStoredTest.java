package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Answers that are stored, followed up, and worked on in the background.
class SimulatedStoredTest {
  private static final String PATH = "/responses";
  private final TestingClient client = new TestingClient();

  private static String body(String input, String more) {
    return """
        {"model":"sim-small","input":"%s"%s}"""
        .formatted(input, more);
  }

  private static String after(JsonNode earlier) {
    return ",\"previous_response_id\":\"" + earlier.path("id").asText() + "\"";
  }

  @Test
  void aFollowUpHasWhatWasSaidBeforeAsItsInput() {
    JsonNode first = client.ask(PATH, body("What is a toll?", ",\"instructions\":\"Be brief.\""));
    JsonNode second = client.ask(PATH, body("And a gate?", after(first)));

    assertThat(second.path("previous_response_id")).isEqualTo(first.path("id"));
    assertThat(second.path("instructions").isNull()).isTrue();
    int said =
        Tokens.count("What is a toll?")
            + Tokens.count(first.at("/output/0/content/0/text").asText());
    assertThat(second.at("/usage/input_tokens").asInt())
        .isEqualTo(said + Tokens.count("And a gate?") + 3 * 3);
  }

  @Test
  void whatWasNotToBeStoredCannotBeFollowedUp() {
    JsonNode first = client.ask(PATH, body("hi", ",\"store\":false"));
    UpstreamResponse second = client.post(PATH, body("hi", after(first)));
    assertThat(second.status()).isEqualTo(400);
    assertThat(TestingClient.json(second).at("/error/code").asText())
        .isEqualTo("previous_response_not_found");
  }

  @Test
  void aStoredResponseIsThereUntilItIsDeleted() {
    JsonNode first = client.ask(PATH, body("hi", ""));
    String path = PATH + "/" + first.path("id").asText();
    assertThat(client.json("GET", path)).isEqualTo(first);
    JsonNode items = client.json("GET", path + "/input_items");
    assertThat(items.at("/data/0/content/0/text").asText()).isEqualTo("hi");
    assertThat(client.json("DELETE", path).path("deleted").asBoolean()).isTrue();
    assertThat(client.send("GET", path).status()).isEqualTo(404);
  }

  @Test
  void aStreamIsStoredToo() {
    List<JsonNode> events = client.chunks(PATH, body("hi", ",\"stream\":true"));
    JsonNode done = events.getLast().path("response");
    assertThat(client.json("GET", PATH + "/" + done.path("id").asText())).isEqualTo(done);
  }

  @Test
  void aChatCompletionIsStoredOnlyWhenAsked() {
    String chat =
        "{\"model\":\"sim-small\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]%s}";
    JsonNode stored = client.ask("/chat/completions", chat.formatted(",\"store\":true"));
    JsonNode other = client.ask("/chat/completions", chat.formatted(""));
    String path = "/chat/completions/";
    assertThat(client.json("GET", path + stored.path("id").asText())).isEqualTo(stored);
    assertThat(client.send("GET", path + other.path("id").asText()).status()).isEqualTo(404);
  }

  @Test
  void aConversationThatDoesNotExistIsNotFound() {
    UpstreamResponse response = client.post(PATH, body("hi", ",\"conversation\":\"conv_1\""));
    assertThat(response.status()).isEqualTo(404);
  }

  @Test
  void whatRunsInTheBackgroundIsDoneWhenItIsAskedFor() {
    JsonNode queued = client.ask(PATH, body("hi", ",\"background\":true"));
    assertThat(queued.path("status").asText()).isEqualTo("queued");
    assertThat(queued.path("background").asBoolean()).isTrue();
    assertThat(queued.path("usage").isNull()).isTrue();
    assertThat(queued.path("output").isEmpty()).isTrue();
    String path = PATH + "/" + queued.path("id").asText();
    JsonNode done = client.json("GET", path);
    assertThat(done.path("status").asText()).isEqualTo("completed");
    assertThat(done.at("/usage/output_tokens").asInt()).isPositive();
  }

  @Test
  void whatRunsInTheBackgroundCanBeCancelled() {
    JsonNode queued = client.ask(PATH, body("hi", ",\"background\":true"));
    String path = PATH + "/" + queued.path("id").asText();
    assertThat(client.json("POST", path + "/cancel").path("status").asText())
        .isEqualTo("cancelled");
    assertThat(client.json("GET", path).path("status").asText()).isEqualTo("cancelled");
    JsonNode whole = client.ask(PATH, body("hi", ""));
    assertThat(client.send("POST", PATH + "/" + whole.path("id").asText() + "/cancel").status())
        .isEqualTo(400);
  }

  @Test
  void theBackgroundNeedsTheStore() {
    UpstreamResponse response =
        client.post(PATH, body("hi", ",\"background\":true,\"store\":false"));
    assertThat(response.status()).isEqualTo(400);
    assertThat(TestingClient.json(response).at("/error/param").asText()).isEqualTo("background");
  }

  @Test
  void aStreamInTheBackgroundIsQueuedFirst() {
    List<JsonNode> events = client.chunks(PATH, body("hi", ",\"background\":true,\"stream\":true"));
    assertThat(events.get(1).path("type").asText()).isEqualTo("response.queued");
    assertThat(events.getLast().path("type").asText()).isEqualTo("response.completed");
  }

  @Test
  void itsInputIsCountedWithoutAnAnswer() {
    JsonNode counted = client.ask(PATH + "/input_tokens", body("What is a toll?", ""));
    assertThat(counted.path("input_tokens"))
        .isEqualTo(client.ask(PATH, body("What is a toll?", "")).at("/usage/input_tokens"));
  }
}
