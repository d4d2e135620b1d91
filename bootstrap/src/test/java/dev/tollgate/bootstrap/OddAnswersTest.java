package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Answers in shapes that no document of a provider shows, and that servers send all the same.
class OddAnswersTest {
  private static final String WORDS = "wordy ".repeat(100);
  private static final String EVENT_END = "\n\n";

  private static Lane lane(String endpoint, String answer, boolean stream) {
    String body = answer.replace("TEXT", WORDS);
    ScriptedUpstream.Script script =
        stream ? Replay.stream(body.replace("~", EVENT_END) + EVENT_END) : Replay.answer(200, body);
    return endpoint.equals("messages") ? Lane.anthropic(script) : Lane.openAi(script);
  }

  private static HttpResponse<String> post(Lane lane, String endpoint, boolean stream) {
    String more = stream ? ",\"stream\":true" : "";
    String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";
    return switch (endpoint) {
      case "chat" ->
          lane.post(
              "/v1/chat/completions",
              "{\"model\":\"" + lane.model() + "\"," + messages + more + "}");
      case "messages" ->
          lane.post(
              "/v1/messages",
              "{\"model\":\"" + lane.model() + "\",\"max_tokens\":900," + messages + more + "}");
      default ->
          lane.post(
              "/v1/responses", "{\"model\":\"" + lane.model() + "\",\"input\":\"x\"" + more + "}");
    };
  }

  /// A3: whatever shape an output has, it is not free.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "chat|{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"TEXT\"}]},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":0}}|false",
        "chat|{\"choices\":[{\"message\":{\"tool_calls\":[{\"type\":\"custom\",\"custom\":{\"name\":\"a\",\"input\":\"TEXT\"}}]}}],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":0}}|false",
        "chat|{\"choices\":[{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"\",\"arguments\":{\"a\":\"TEXT\"}}}]}}],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":0}}|false",
        "chat|data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"TEXT\"}]},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":0}}~data: [DONE]|true",
        "messages|{\"type\":\"message\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{\"a\":[\"TEXT\"]}}],\"usage\":{\"input_tokens\":1000,\"output_tokens\":0}}|false",
        "messages|{\"type\":\"message\",\"content\":[{\"type\":\"redacted_thinking\",\"data\":\"TEXT\"}],\"usage\":{\"input_tokens\":1000,\"output_tokens\":0}}|false",
        "responses|{\"object\":\"response\",\"status\":\"completed\",\"output\":[{\"type\":\"custom_tool_call\",\"input\":\"TEXT\"}],\"usage\":{\"input_tokens\":1000,\"output_tokens\":0}}|false",
        "responses|{\"object\":\"response\",\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"TEXT\"}]}],\"usage\":{\"input_tokens\":1000,\"output_tokens\":0}}|false"
      })
  void noOutputIsFree(String endpoint, String answer, boolean stream) {
    try (Lane lane = lane(endpoint, answer, stream)) {
      HttpResponse<String> response = post(lane, endpoint, stream);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      JsonNode call = lane.call();
      assertThat(call.path("estimated").asBoolean()).as("%s", call).isTrue();
      assertThat(call.path("tokens").path("input").asLong()).isEqualTo(1_000);
      assertThat(call.path("tokens").path("output").asLong()).isBetween(90L, 900L);
    }
  }

  /// A11, B3, B4: an error is one, however it is told, and costs nothing.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "chat|{\"choices\":[{\"finish_reason\":\"error\",\"error\":{\"code\":502,\"message\":\"boom\"},\"message\":{\"content\":\"\"}}]}|false|502|provider_error",
        "chat|{\"error\":{\"code\":429,\"message\":\"boom\"},\"choices\":[{\"message\":{\"content\":\"\"}}]}|false|429|provider_rate_limited",
        "chat|{\"errors\":[{\"message\":\"boom\"}]}|false|502|provider_error",
        "chat|{\"detail\":\"boom\"}|false|502|provider_error",
        "chat|{\"message\":\"boom\",\"code\":502}|false|502|provider_error",
        "chat|[{\"error\":{\"code\":429,\"message\":\"boom\"}}]|false|429|provider_rate_limited",
        "chat|event: error^data: {\"message\":\"boom\",\"code\":500}~data: [DONE]|true|502|provider_error",
        "responses|data: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"boom\",\"param\":null,\"sequence_number\":4}|true|429|provider_rate_limited",
        "responses|data: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"boom\",\"sequence_number\":4}|true|502|provider_error",
        "responses|data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":null,\"usage\":null}}|true|502|provider_error",
        "responses|{\"object\":\"response\",\"status\":\"failed\",\"error\":null,\"output\":[],\"usage\":null}|false|502|provider_error"
      })
  void anErrorIsOneHoweverItIsTold(
      String endpoint, String answer, boolean stream, int status, String code) {
    try (Lane lane = lane(endpoint, answer.replace('^', '\n'), stream)) {
      HttpResponse<String> response = post(lane, endpoint, stream);
      JsonNode call = lane.call();
      assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
      assertThat(call.path("error_code").asText()).as("%s", call).isEqualTo(code);
      assertThat(call.path("cost").isNull()).as("%s", call).isTrue();
    }
  }

  /// What was told is believed where parts of it are missing.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "messages|{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"usage\":{\"input_tokens\":1000,\"output_tokens\":500,\"iterations\":[{\"type\":\"message\",\"input_tokens\":0,\"output_tokens\":0}]}}|false",
        "messages|{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"x\"}],\"usage\":{\"input_tokens\":1000,\"output_tokens\":500,\"iterations\":[{\"type\":\"message\"}]}}|false",
        "responses|data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}~data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}~data: {\"type\":\"response.cancelled\",\"response\":{\"id\":\"r\",\"status\":\"cancelled\",\"usage\":{\"input_tokens\":1000,\"output_tokens\":500}}}|true"
      })
  void whatWasToldIsBelieved(String endpoint, String answer, boolean stream) {
    try (Lane lane = lane(endpoint, answer, stream)) {
      assertThat(post(lane, endpoint, stream).statusCode()).isEqualTo(200);
      JsonNode call = lane.call();
      assertThat(call.path("cost").asText()).as("%s", call).isEqualTo("0.002");
      assertThat(call.path("estimated").asBoolean()).isFalse();
    }
  }

  /// An error after outputs of an odd shape is paid for; one before any is not.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "chat|data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"TEXT\"}]}}]}~data: {\"error\":{\"code\":500,\"message\":\"boom\"}}",
        "chat|data: {\"choices\":[{\"delta\":{\"reasoning_details\":[{\"type\":\"reasoning.text\",\"text\":\"TEXT\"}]}}]}~data: {\"error\":{\"code\":500,\"message\":\"boom\"}}",
        "chat|data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"look_it_up\",\"arguments\":\"\"}}]}}]}~data: {\"error\":{\"code\":500,\"message\":\"boom\"}}",
        "messages|data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"abcdef\"}}~data: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"boom\"}}"
      })
  void anErrorAfterAnOutputIsPaidFor(String endpoint, String answer) {
    try (Lane lane = lane(endpoint, answer, true)) {
      post(lane, endpoint, true);
      JsonNode call = lane.call();
      assertThat(call.path("estimated").asBoolean()).as("%s", call).isTrue();
      assertThat(call.path("cost").isNull()).isFalse();
    }
  }
}
