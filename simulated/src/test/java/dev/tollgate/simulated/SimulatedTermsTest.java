package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a request asks for has its effect, or is refused as the real API refuses it.
class SimulatedTermsTest {
  private static final String CHAT = "/chat/completions";
  private final TestingClient client = new TestingClient();

  private static String body(String path, String model, String more) {
    String input =
        switch (path) {
          case "/completions" -> "\"prompt\":\"hi\"";
          case "/responses" -> "\"input\":\"hi\"";
          default -> "\"max_tokens\":400,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
        };
    return "{\"model\":\"" + model + "\"," + input + more + "}";
  }

  @ParameterizedTest
  @CsvSource({
    "auto, default",
    "default, default",
    "flex, flex",
    "priority, priority",
    "fast, priority",
    "scale, scale"
  })
  void theTierThatServesItIsTold(String asked, String served) {
    String tier = ",\"service_tier\":\"" + asked + "\"";
    assertThat(client.ask(CHAT, body(CHAT, "sim-small", tier)).path("service_tier").asText())
        .isEqualTo(served);
    assertThat(
            client
                .ask("/responses", body("/responses", "sim-small", tier))
                .path("service_tier")
                .asText())
        .isEqualTo(served);
    List<JsonNode> chunks = client.chunks(CHAT, body(CHAT, "sim-small", tier + ",\"stream\":true"));
    assertThat(chunks.getFirst().path("service_tier").asText()).isEqualTo(served);
  }

  @Test
  void aFastMessageSaysSo() {
    JsonNode usage =
        client
            .ask("/messages", body("/messages", "sim-small", ",\"speed\":\"fast\""))
            .path("usage");
    assertThat(usage.path("speed").asText()).isEqualTo("fast");
    assertThat(usage.path("service_tier").asText()).isEqualTo("standard");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "/chat/completions | sim-small | \"service_tier\":\"x\" | service_tier",
        "/chat/completions | sim-small | \"functions\":[{\"name\":\"a\"}] | functions",
        "/chat/completions | sim-small | \"function_call\":\"auto\" | function_call",
        "/chat/completions | sim-small | \"modalities\":[\"text\",\"audio\"] | modalities",
        "/chat/completions | sim-small | \"web_search_options\":{\"x\":1} | web_search_options",
        "/chat/completions | sim-small | \"top_logprobs\":2 | top_logprobs",
        "/chat/completions | sim-small | \"reasoning_effort\":\"low\" | reasoning_effort",
        "/chat/completions | sim-large | \"reasoning_effort\":\"x\" | reasoning_effort",
        "/chat/completions | sim-large | \"logprobs\":true | logprobs",
        "/chat/completions | sim-large | \"presence_penalty\":1 | presence_penalty",
        "/chat/completions | sim-small | \"tool_choice\":\"required\" | tool_choice",
        "/chat/completions | sim-small | \"tools\":[{\"type\":\"web_search\"}] | tools[0].type",
        "/responses | sim-small | \"service_tier\":\"x\" | service_tier",
        "/responses | sim-small | \"reasoning\":{\"effort\":\"low\"} | reasoning.effort",
        "/responses | sim-large | \"reasoning\":{\"summary\":\"x\"} | reasoning.summary",
        "/responses | sim-small | \"include\":[\"x\"] | include",
        "/responses | sim-small | \"truncation\":\"x\" | truncation",
        "/responses | sim-small | \"tools\":[{\"type\":\"web_search\"}] | tools[0].type",
        "/completions | sim-small | \"suffix\":\"x\" | suffix",
        "/completions | sim-small | \"n\":2,\"best_of\":1 | best_of",
        "/completions | sim-small | \"best_of\":2,\"stream\":true | best_of"
      })
  void whatCannotHaveItsEffectIsRefusedByName(
      String path, String model, String member, String param) {
    UpstreamResponse response = client.post(path, body(path, model, "," + member));
    assertThat(response.status()).isEqualTo(400);
    assertThat(TestingClient.json(response).at("/error/param").asText()).isEqualTo(param);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"functions\":null",
        "\"logit_bias\":{}",
        "\"presence_penalty\":0",
        "\"modalities\":[\"text\"]",
        "\"logprobs\":false"
      })
  void aMemberThatChangesNothingPasses(String member) {
    assertThat(client.post(CHAT, body(CHAT, "sim-large", "," + member)).status()).isEqualTo(200);
  }

  @Test
  void logprobsAreThoseOfEachToken() {
    String asked = ",\"logprobs\":true,\"top_logprobs\":2";
    JsonNode choice = client.ask(CHAT, body(CHAT, "sim-small", asked)).at("/choices/0");
    JsonNode content = choice.at("/logprobs/content");
    StringBuilder text = new StringBuilder();
    content.forEach(each -> text.append(each.path("token").asText()));
    assertThat(text.toString()).isEqualTo(choice.at("/message/content").asText());
    assertThat(content.get(0).path("top_logprobs").size()).isEqualTo(2);
    List<JsonNode> chunks =
        client.chunks(CHAT, body(CHAT, "sim-small", asked + ",\"stream\":true"));
    assertThat(TestingClient.joined(chunks, "/choices/0/logprobs/content/0/token"))
        .isEqualTo(text.toString());
  }

  @Test
  void anEchoRepeatsThePromptAndBestOfIsBilled() {
    JsonNode one = client.ask("/completions", body("/completions", "sim-small", ""));
    JsonNode echo = client.ask("/completions", body("/completions", "sim-small", ",\"echo\":true"));
    assertThat(echo.at("/choices/0/text").asText())
        .isEqualTo("hi" + one.at("/choices/0/text").asText());
    assertThat(echo.path("usage")).isEqualTo(one.path("usage"));
    JsonNode best = client.ask("/completions", body("/completions", "sim-small", ",\"best_of\":3"));
    assertThat(best.path("choices").size()).isEqualTo(1);
    assertThat(best.at("/usage/completion_tokens").asInt())
        .isEqualTo(3 * one.at("/usage/completion_tokens").asInt());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"x\"} | must be a response to",
        "CALL,{\"role\":\"user\",\"content\":\"x\"} | did not have response messages: c1",
        "CALL | did not have response messages: c1",
        "CALL,{\"role\":\"tool\",\"content\":\"x\"} | Missing required parameter"
      })
  void aChatAnswersEachToolCallAndNothingElse(String messages, String message) {
    String call =
        "{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c1\","
            + "\"type\":\"function\",\"function\":{\"name\":\"a\",\"arguments\":\"{}\"}}]}";
    UpstreamResponse response =
        client.post(
            CHAT,
            "{\"model\":\"sim-small\",\"messages\":[" + messages.replace("CALL", call) + "]}");
    assertThat(response.status()).isEqualTo(400);
    assertThat(TestingClient.json(response).at("/error/message").asText()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"x\"} | No tool call found",
        "{\"type\":\"function_call\",\"call_id\":\"c1\",\"name\":\"a\",\"arguments\":\"{}\"} | No tool output found for function call c1",
        "{\"type\":\"nonsense\"} | takes no item of type"
      })
  void aResponseAnswersEachToolCallAndNothingElse(String item, String message) {
    UpstreamResponse response =
        client.post("/responses", "{\"model\":\"sim-small\",\"input\":[" + item + "]}");
    assertThat(response.status()).isEqualTo(400);
    assertThat(TestingClient.json(response).at("/error/message").asText()).contains(message);
  }

  @Test
  void aFollowUpAnswersTheCallOfTheResponseBefore() {
    String tools = ",\"tools\":[{\"type\":\"function\",\"name\":\"a\"}]";
    JsonNode first = client.ask("/responses", body("/responses", "sim-small", tools));
    String after = ",\"previous_response_id\":" + first.path("id");
    String answered =
        "{\"model\":\"sim-small\",\"input\":[{\"type\":\"function_call_output\",\"call_id\":"
            + first.at("/output/0/call_id")
            + ",\"output\":\"Rain\"}]"
            + after
            + "}";
    assertThat(client.ask("/responses", answered).at("/output/0/content/0/text").asText())
        .contains("The tool answered: \"Rain\"");
    assertThat(client.post("/responses", body("/responses", "sim-small", after)).status())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[RESULT] | unexpected `tool_use_id`",
        "[],[{\"type\":\"text\",\"text\":\"x\"}] | ids were found without `tool_result` blocks",
        "[],[{\"type\":\"text\",\"text\":\"x\"},RESULT] | unexpected `tool_use_id`",
        "[] | ids were found without `tool_result` blocks",
        "[{\"type\":\"text\",\"text\":\"\"}] | must be non-empty"
      })
  void aMessageAnswersEachToolUseFirst(String contents, String message) {
    String use =
        "{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"a\",\"input\":{}}]}";
    String result = "{\"type\":\"tool_result\",\"tool_use_id\":\"t1\",\"content\":\"x\"}";
    String messages = contents.startsWith("[]") ? use : "";
    for (String content : contents.replace("RESULT", result).split("(?<=]),(?=\\[)", -1)) {
      if (!content.equals("[]")) {
        messages +=
            (messages.isEmpty() ? "" : ",") + "{\"role\":\"user\",\"content\":" + content + "}";
      }
    }
    UpstreamResponse response =
        client.post(
            "/messages",
            "{\"model\":\"sim-small\",\"max_tokens\":50,\"messages\":[" + messages + "]}");
    assertThat(response.status()).isEqualTo(400);
    assertThat(TestingClient.json(response).at("/error/message").asText()).contains(message);
  }
}
