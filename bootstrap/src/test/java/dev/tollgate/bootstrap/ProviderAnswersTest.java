package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Answers of providers that gateways are known to book wrongly.
class ProviderAnswersTest {
  static final String TEXT = "wordy ".repeat(100);

  private static ScriptedUpstream.Script chat(String usage) {
    return Replay.answer(
        200,
        "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}]%s}"
            .formatted(TEXT, usage.isEmpty() ? "" : ",\"usage\":" + usage));
  }

  static String chunk(String delta, String finish, String more) {
    return "data: {\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]%s}\n\n"
        .formatted(delta, finish, more);
  }

  private static ScriptedUpstream.Script chatStream(String usage) {
    return Replay.stream(
        chunk("{\"content\":\"" + TEXT + "\"}", "null", "")
            + chunk("{}", "\"stop\"", "")
            + "data: {\"choices\":[]"
            + (usage.isEmpty() ? "" : ",\"usage\":" + usage)
            + "}\n\ndata: [DONE]\n\n");
  }

  private static ScriptedUpstream.Script message(String usage) {
    return Replay.answer(
        200,
        "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"%s\"}],\"usage\":%s}"
            .formatted(TEXT, usage));
  }

  /// A1, A3: usage that says nothing, or nothing believable, is an estimate, streamed and not.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "null",
        "{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}",
        "{\"prompt_tokens\":null,\"completion_tokens\":null}",
        "{\"prompt_tokens\":10,\"completion_tokens\":0}",
        "{\"prompt_tokens\":10000000000000,\"completion_tokens\":1}"
      })
  void usageThatSaysNothingIsEstimated(String usage) {
    for (boolean streamed : new boolean[] {false, true}) {
      try (Lane lane = Lane.openAi(streamed ? chatStream(usage) : chat(usage))) {
        lane.post(
            "/v1/chat/completions", OpenAiTrapsTest.body(lane, streamed ? ",\"stream\":true" : ""));
        JsonNode call = lane.call();
        assertThat(call.path("status").asInt()).as("%s", call).isEqualTo(200);
        assertThat(call.path("estimated").asBoolean()).as("%s %s", streamed, call).isTrue();
        assertThat(call.path("tokens").path("input").asLong()).isPositive();
        assertThat(call.path("tokens").path("output").asLong()).isBetween(100L, 1_000L);
      }
    }
  }

  /// A1, A4, A5, A7: counts where they are not looked for.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"prompt_tokens\":\"1000\",\"completion_tokens\":\"500\"}|0.002",
        "{\"prompt_tokens\":10120,\"completion_tokens\":1499,\"total_tokens\":14428,"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":2809}}|0.018736",
        "{\"prompt_tokens\":1000,\"completion_tokens\":500,\"prompt_cache_hit_tokens\":800}|0.00128"
      })
  void countsAreFoundWhereTheyAre(String usage, String cost) {
    for (boolean streamed : new boolean[] {false, true}) {
      try (Lane lane = Lane.openAi(streamed ? chatStream(usage) : chat(usage))) {
        lane.post(
            "/v1/chat/completions", OpenAiTrapsTest.body(lane, streamed ? ",\"stream\":true" : ""));
        assertThat(lane.call().path("cost").asText()).as("streamed %s", streamed).isEqualTo(cost);
        assertThat(lane.call().path("estimated").asBoolean()).isFalse();
      }
    }
  }

  /// A2: a later zero never lowers what was reported.
  @Test
  void aLaterZeroLowersNothing() {
    try (Lane lane =
        Lane.openAi(
            Replay.stream(
                chunk("{\"content\":\"hi\"}", "null", "")
                    + chunk(
                        "{}",
                        "\"stop\"",
                        ",\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":500}")
                    + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}"
                    + "\n\ndata: [DONE]\n\n"))) {
      lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ",\"stream\":true"));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.002");
    }
  }

  /// A4
  @Test
  void aTotalAloneIsTheInputOfEmbeddings() {
    try (Lane lane =
        Lane.openAi(
            Replay.answer(
                200, "{\"data\":[{\"embedding\":[1]}],\"usage\":{\"total_tokens\":1000}}"))) {
      lane.post("/v1/embeddings", "{\"model\":\"%s\",\"input\":\"x\"}".formatted(lane.model()));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.001");
    }
  }

  /// A6
  @Test
  void allIterationsAreBilled() {
    String usage =
        """
        {"input_tokens":23000,"output_tokens":1000,"iterations":[\
        {"type":"compaction","input_tokens":180000,"output_tokens":3500},\
        {"type":"message","input_tokens":23000,"output_tokens":1000}]}""";
    try (Lane lane = Lane.anthropic(message(usage))) {
      lane.post("/v1/messages", AnthropicTrapsTest.body(lane, ""));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.212");
    }
  }

  /// A8
  @Test
  void cumulativeCountsTakeTheLastRealValue() {
    String events =
        """
        event: message_start
        data: {"type":"message_start","message":{"content":[],"usage":{"input_tokens":10,\
        "cache_read_input_tokens":2000,"cache_creation_input_tokens":300,"output_tokens":1}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"input_tokens":0,\
        "cache_read_input_tokens":0,"cache_creation_input_tokens":0,"output_tokens":500}}

        event: message_stop
        data: {"type":"message_stop"}

        """;
    try (Lane lane = Lane.anthropic(Replay.stream(events))) {
      lane.post("/v1/messages", AnthropicTrapsTest.body(lane, ",\"stream\":true"));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.001585");
    }
  }

  /// A9
  @Test
  void theRegionThatServedTheCallSetsThePrice() {
    String price =
        """
        "components":[{"component":"input","price":"1"},{"component":"output","price":"2"},\
        {"component":"input","price":"1.1","when":{"region":"us"}},\
        {"component":"output","price":"2.2","when":{"region":"us"}}]""";
    String usage = "{\"input_tokens\":1000,\"output_tokens\":500,\"inference_geo\":\"us\"}";
    try (Lane lane = Lane.priced("anthropic", price, message(usage))) {
      lane.post("/v1/messages", AnthropicTrapsTest.body(lane, ""));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.0022");
    }
  }

  /// A11, A16, B3, B4: errors that come as 200 or as the first event are failures, and free.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"error\":{\"message\":\"m\",\"code\":502}}|502|provider_error",
        "{\"object\":\"error\",\"message\":\"m\",\"code\":500}|502|provider_error",
        "{\"error\":{\"message\":\"m\",\"code\":\"rate_limit_exceeded\"}}|429|provider_rate_limited",
        "{\"error\":{\"message\":\"m\",\"code\":\"insufficient_quota\"}}|502|provider_quota",
        "{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}|400|"
            + "context_length_exceeded"
      })
  void anErrorIsAFailureWhateverItsStatus(String error, int status, String code) {
    for (boolean streamed : new boolean[] {false, true}) {
      ScriptedUpstream.Script script =
          streamed ? Replay.stream("data: " + error + "\n\n") : Replay.answer(200, error);
      try (Lane lane = Lane.openAi(script)) {
        HttpResponse<String> response =
            lane.post(
                "/v1/chat/completions",
                OpenAiTrapsTest.body(lane, streamed ? ",\"stream\":true" : ""));
        assertThat(response.statusCode()).as("%s", response.body()).isEqualTo(status);
        JsonNode call = lane.call();
        assertThat(call.path("error_code").asText()).isEqualTo(code);
        assertThat(call.path("cost").asText("0")).isIn("0", "0.00", "null");
        assertThat(call.path("estimated").asBoolean()).isFalse();
      }
    }
  }

  /// A16
  @Test
  void anOverloadedProviderThatSaysSoInItsOnlyEventIsNotPaid() {
    String event =
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
            + "\"message\":\"busy\"}}\n\n";
    try (Lane lane = Lane.anthropic(Replay.stream(event))) {
      HttpResponse<String> response =
          lane.post("/v1/messages", AnthropicTrapsTest.body(lane, ",\"stream\":true"));
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(lane.call().path("cost").asText("0")).isIn("0", "0.00", "null");
    }
  }

  /// A12, A13, B8, B9, D10
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "openai|307|{}|502|provider_misconfigured",
        "openai|404|{\"error\":{\"message\":\"Item with id 'rs_0' not found.\",\"type\":"
            + "\"invalid_request_error\",\"param\":\"input\",\"code\":null}}|404|",
        "openai|501|{\"error\":{\"message\":\"m\",\"type\":\"not_supported_error\"}}|501|"
            + "unsupported_operation",
        "openai|500|{\"error\":{\"message\":\"m\",\"type\":\"server_error\"}}|502|provider_error",
        "anthropic|400|{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"
            + "\"Your credit balance is too low\"}}|502|provider_quota"
      })
  void statusesMeanWhatTheyMean(String kind, int provider, String body, int status, String code) {
    ScriptedUpstream.Script script = Replay.answer(provider, body);
    boolean openAi = kind.equals("openai");
    try (Lane lane = openAi ? Lane.openAi(script) : Lane.anthropic(script)) {
      HttpResponse<String> response =
          openAi
              ? lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ""))
              : lane.post("/v1/messages", AnthropicTrapsTest.body(lane, ""));
      assertThat(response.statusCode()).as("%s", response.body()).isEqualTo(status);
      if (code != null) {
        assertThat(lane.call().path("error_code").asText()).isEqualTo(code);
      }
      assertThat(lane.upstream().received()).hasSize(1);
      assertThat(lane.call().path("cost").asText("0")).isIn("0", "0.00", "null");
    }
  }

  /// A13
  @Test
  void ofABigErrorTheFirstPartIsEnough() {
    String body =
        "{\"error\":{\"message\":\"Unprocessable\",\"type\":\"invalid_request_error\",\"input\":\""
            + "x".repeat(66_000)
            + "\"}}";
    try (Lane lane = Lane.openAi(Replay.answer(422, body))) {
      assertThat(lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, "")).statusCode())
          .isEqualTo(422);
      assertThat(lane.call().path("cost").asText("0")).isIn("0", "0.00", "null");
    }
  }

  /// B5: good events are relayed whatever the label says.
  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/json", ""})
  void eventsAreEventsWhateverTheLabelSays(String type) {
    String events =
        chunk("{\"content\":\"hi\"}", "null", "")
            + chunk("{}", "\"stop\"", "")
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n"
            + "data: [DONE]\n\n";
    ScriptedUpstream.Script script =
        (_, to) ->
            to.raw(
                "HTTP/1.1 200 OK\r\n"
                    + (type.isEmpty() ? "" : "content-type: " + type + "\r\n")
                    + "content-length: "
                    + events.length()
                    + "\r\n\r\n"
                    + events);
    try (Lane lane = Lane.openAi(script)) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ",\"stream\":true"));
      assertThat(response.body()).contains("\"hi\"").endsWith("data: [DONE]\n\n");
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000013");
    }
  }

  /// B13: white space where JSON allows it.
  @Test
  void blanksInFrontOfColonsChangeNothing() {
    String events =
        "data: {\"choices\" : [{\"index\" : 0, \"delta\" : {\"content\" : \"hi\"},"
            + " \"finish_reason\" : null}]}\n\n"
            + "data: {\"choices\" : [{\"index\" : 0, \"delta\" : {}, \"finish_reason\" : \"stop\"}]}"
            + "\n\ndata: {\"choices\" : [], \"usage\" : {\"prompt_tokens\" : 7,"
            + " \"completion_tokens\" : 3}}\n\n";
    try (Lane lane = Lane.openAi(Replay.stream(events))) {
      lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ",\"stream\":true"));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000013");
      assertThat(lane.call().path("status").asInt()).isEqualTo(200);
    }
  }

  /// B10: what the gateway added is taken back.
  @Test
  void anOptionThatTheGatewayAddedIsTakenBack() {
    String refusal =
        "{\"error\":{\"message\":\"Unrecognized request argument supplied: stream_options\","
            + "\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}";
    try (Lane lane =
        Lane.openAi(
            (request, to) -> {
              if (request.body().contains("stream_options")) {
                to.json(400, refusal);
              } else {
                Replay.stream(chunk("{\"content\":\"hi\"}", "\"stop\"", "") + "data: [DONE]\n\n")
                    .answer(request, to);
              }
            })) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ",\"stream\":true"));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).contains("\"hi\"");
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
    }
  }

  /// D14: what an answer costs is told, also when it failed.
  @Test
  void whatAFailureCostsIsTold() {
    try (Lane lane = Lane.openAi(Replay.answer(200, "<html>"))) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ""));
      assertThat(response.statusCode()).isEqualTo(502);
      assertThat(response.headers().firstValue("x-tollgate-cost"))
          .contains(lane.call().path("cost").asText());
    }
  }
}
