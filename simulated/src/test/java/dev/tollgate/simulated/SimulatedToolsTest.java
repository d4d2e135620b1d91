package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SimulatedToolsTest {
  private static final String SCHEMA =
      """
      {"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},
       "required":["city","days"]}""";
  private static final String ARGUMENTS = "{\"city\":\"simulated\",\"days\":0}";

  private final TestingClient client = new TestingClient();

  @Nested
  class Chat {
    private static final String PATH = "/chat/completions";
    private static final String ASKED = "{\"role\":\"user\",\"content\":\"Weather?\"}";
    private static final String TOLD =
        """
        {"role":"user","content":"Weather?"},
        {"role":"assistant","content":null,"tool_calls":[
          {"id":"c1","type":"function","function":{"name":"weather","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c1","content":"Rain all day"}""";

    private static String body(String messages, String more) {
      return """
          {"model":"sim-small","messages":[%s],"tools":[
            {"type":"function","function":{"name":"weather","parameters":%s}},
            {"type":"function","function":{"name":"now"}}]%s}"""
          .formatted(messages, SCHEMA, more);
    }

    @Test
    void callsTheFirstFunction() {
      JsonNode choice = client.ask(PATH, body(ASKED, "")).at("/choices/0");
      JsonNode call = choice.at("/message/tool_calls/0");
      assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
      assertThat(choice.at("/message/content").isNull()).isTrue();
      assertThat(call.path("id").asText()).startsWith("call_");
      assertThat(call.at("/function/name").asText()).isEqualTo("weather");
      assertThat(call.at("/function/arguments").asText()).isEqualTo(ARGUMENTS);
    }

    @Test
    void callsTheNamedFunction() {
      String named = ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"now\"}}";
      JsonNode call = client.ask(PATH, body(ASKED, named)).at("/choices/0/message/tool_calls/0");
      assertThat(call.at("/function/name").asText()).isEqualTo("now");
      assertThat(call.at("/function/arguments").asText()).isEqualTo("{}");
    }

    @Test
    void callsAnAllowedFunction() {
      String allowed =
          """
          ,"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto",
            "tools":[{"type":"function","function":{"name":"now"}}]}}""";
      assertThat(
              client
                  .ask(PATH, body(ASKED, allowed))
                  .at("/choices/0/message/tool_calls/0/function/name")
                  .asText())
          .isEqualTo("now");
    }

    @Test
    void speaksWhenToolsAreOff() {
      JsonNode answer = client.ask(PATH, body(ASKED, ",\"tool_choice\":\"none\""));
      assertThat(answer.at("/choices/0/message/content").asText()).contains("Weather?");
      assertThat(answer.at("/choices/0/message").has("tool_calls")).isFalse();
    }

    @Test
    void speaksOnceTheToolHasAnswered() {
      JsonNode answer = client.ask(PATH, body(TOLD, ""));
      assertThat(answer.at("/choices/0/message/content").asText())
          .contains("The tool answered: \"Rain all day\".");
      assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void streamsTheNameThenTheArguments() {
      List<JsonNode> chunks = client.chunks(PATH, body(ASKED, ",\"stream\":true"));
      JsonNode opening = chunks.get(1).at("/choices/0/delta/tool_calls/0");
      assertThat(opening.path("index").asInt(-1)).isZero();
      assertThat(opening.path("id").asText()).startsWith("call_");
      assertThat(opening.at("/function/name").asText()).isEqualTo("weather");
      assertThat(TestingClient.joined(chunks, "/choices/0/delta/tool_calls/0/function/arguments"))
          .isEqualTo(ARGUMENTS);
      assertThat(chunks.getLast().at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
    }

    @Test
    void billsNameAndArguments() {
      JsonNode answer = client.ask(PATH, body(ASKED, ""));
      assertThat(answer.at("/usage/completion_tokens").asInt())
          .isEqualTo(Tokens.count("weather") + Tokens.count(ARGUMENTS));
    }

    @Test
    void tearsArgumentsWhenTokensRunOut() {
      JsonNode answer = client.ask(PATH, body(ASKED, ",\"max_tokens\":4"));
      assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("length");
      assertThat(answer.at("/choices/0/message/tool_calls/0/function/arguments").asText())
          .isEqualTo(Tokens.first(ARGUMENTS, 2));
      assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(4);
    }

    @Test
    void refusesANameThatNoToolHas() {
      String named = ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"x\"}}";
      assertThat(client.post(PATH, body(ASKED, named)).status()).isEqualTo(400);
    }
  }

  @Nested
  class Responses {
    private static final String PATH = "/responses";

    private static String body(String input, String more) {
      return """
          {"model":"sim-small","input":[%s],
           "tools":[{"type":"function","name":"weather","parameters":%s}]%s}"""
          .formatted(input, SCHEMA, more);
    }

    @Test
    void callsAndStreamsTheFunction() {
      String asked = "{\"role\":\"user\",\"content\":\"Weather?\"}";
      JsonNode item = client.ask(PATH, body(asked, "")).at("/output/0");
      assertThat(item.path("type").asText()).isEqualTo("function_call");
      assertThat(item.path("call_id").asText()).startsWith("call_");
      assertThat(item.path("arguments").asText()).isEqualTo(ARGUMENTS);
      List<JsonNode> events = client.chunks(PATH, body(asked, ",\"stream\":true"));
      assertThat(TestingClient.joined(events, "/delta")).isEqualTo(ARGUMENTS);
      List<String> types = events.stream().map(e -> e.path("type").asText()).distinct().toList();
      assertThat(types)
          .containsExactly(
              "response.created",
              "response.in_progress",
              "response.output_item.added",
              "response.function_call_arguments.delta",
              "response.function_call_arguments.done",
              "response.output_item.done",
              "response.completed");
    }

    @Test
    void speaksOnceTheToolHasAnswered() {
      String told =
          """
          {"role":"user","content":"Weather?"},
          {"type":"function_call","call_id":"c1","name":"weather","arguments":"{}"},
          {"type":"function_call_output","call_id":"c1","output":"Rain"}""";
      assertThat(client.ask(PATH, body(told, "")).at("/output/0/content/0/text").asText())
          .contains("The tool answered: \"Rain\".");
    }
  }

  @Nested
  class Messages {
    private static final String PATH = "/messages";
    private static final String ASKED = "{\"role\":\"user\",\"content\":\"Weather?\"}";

    private static String body(String messages, String more) {
      return """
          {"model":"sim-small","max_tokens":500,"messages":[%s],"tools":[
            {"name":"weather","input_schema":%s}]%s}"""
          .formatted(messages, SCHEMA, more);
    }

    @Test
    void callsTheFunction() {
      JsonNode answer = client.ask(PATH, body(ASKED, ",\"tool_choice\":{\"type\":\"any\"}"));
      assertThat(answer.path("stop_reason").asText()).isEqualTo("tool_use");
      assertThat(answer.at("/content/0/type").asText()).isEqualTo("tool_use");
      assertThat(answer.at("/content/0/name").asText()).isEqualTo("weather");
      assertThat(answer.at("/content/0/input")).isEqualTo(TestingClient.parse(ARGUMENTS));
    }

    @Test
    void streamsTheInputAsPieces() {
      List<JsonNode> events = client.chunks(PATH, body(ASKED, ",\"stream\":true"));
      JsonNode opening = events.get(2).path("content_block");
      assertThat(opening.path("id").asText()).startsWith("toolu_");
      assertThat(opening.path("input").isEmpty()).isTrue();
      assertThat(TestingClient.joined(events, "/delta/partial_json")).isEqualTo(ARGUMENTS);
      assertThat(TestingClient.joined(events, "/delta/stop_reason")).isEqualTo("tool_use");
    }

    @Test
    void showsNoHalfOfATornInput() {
      String few = body(ASKED, "").replace("500", "4");
      JsonNode answer = client.ask(PATH, few);
      assertThat(answer.path("stop_reason").asText()).isEqualTo("max_tokens");
      assertThat(answer.at("/content/0/input").isEmpty()).isTrue();
      assertThat(answer.at("/usage/output_tokens").asInt()).isEqualTo(4);
    }

    @Test
    void speaksOnceTheToolHasAnsweredOrToolsAreOff() {
      String told =
          ASKED
              + """
              ,{"role":"assistant","content":[
                 {"type":"tool_use","id":"t1","name":"weather","input":{"city":"Paris"}}]},
              {"role":"user","content":[
                 {"type":"tool_result","tool_use_id":"t1","content":"Rain"}]}""";
      assertThat(client.ask(PATH, body(told, "")).at("/content/0/text").asText())
          .contains("The tool answered: \"Rain\".");
      String off = ",\"tool_choice\":{\"type\":\"none\"}";
      assertThat(client.ask(PATH, body(ASKED, off)).at("/content/0/type").asText())
          .isEqualTo("text");
    }
  }
}
