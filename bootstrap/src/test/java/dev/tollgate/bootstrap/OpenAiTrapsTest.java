package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What OpenAI's API does that a gateway gets wrong: usage, cost and what passes through.
class OpenAiTrapsTest {
  private static final String CHAT = Replay.fixture("openai/chat.sse");

  @Test
  void whatIsReadFromAndWrittenToTheCacheIsPartOfThePrompt() {
    JsonNode call =
        served(
            """
            "prompt_tokens":1000,"completion_tokens":10,"prompt_tokens_details":\
            {"cached_tokens":600,"cache_write_tokens":300}""");

    // 100 x 1 + 600 x 0.10 + 300 x 1.25 + 10 x 2
    assertThat(call.path("cost").asText()).isEqualTo("0.000555");
    assertThat(call.path("tokens").path("input").asLong()).isEqualTo(100);
  }

  @Test
  void reasoningIsPartOfTheOutputAndBilledOnce() {
    JsonNode call =
        served(
            """
            "prompt_tokens":1,"completion_tokens":100,"completion_tokens_details":\
            {"reasoning_tokens":90,"accepted_prediction_tokens":5,\
            "rejected_prediction_tokens":5}""");

    assertThat(call.path("cost").asText()).isEqualTo("0.000201");
    assertThat(call.path("tokens").toString())
        .isEqualTo("{\"input\":1,\"output\":10,\"reasoning\":90}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"prompt_tokens_details\":null,\"completion_tokens_details\":null",
        ",\"prompt_tokens_details\":{},\"completion_tokens_details\":{\"reasoning_tokens\":null}"
      })
  void missingDetailsCountAsNone(String details) {
    JsonNode call = served("\"prompt_tokens\":7,\"completion_tokens\":3" + details);

    assertThat(call.path("tokens").toString()).isEqualTo("{\"input\":7,\"output\":3}");
    assertThat(call.path("cost").asText()).isEqualTo("0.000013");
  }

  @Test
  void longPromptsStepUpThePriceOfTheWholeRequest() {
    String price =
        """
        "components":[{"component":"input","price":"1"},{"component":"output","price":"10"},\
        {"component":"input","price":"2","when":{"min_input_tokens":272001}},\
        {"component":"output","price":"15","when":{"min_input_tokens":272001}}]""";
    try (Lane lane = Lane.priced("openai", price, usage(272_000))) {
      lane.post("/v1/chat/completions", body(lane, ""));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.282");

      lane.upstream().script(usage(272_001));
      lane.post("/v1/chat/completions", body(lane, ""));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.559002");
    }
  }

  @Test
  void theTierThatServedTheCallSetsThePrice() {
    String price =
        """
        "components":[{"component":"input","price":"1"},{"component":"output","price":"2"},\
        {"component":"input","price":"3","when":{"service_tier":"priority"}},\
        {"component":"output","price":"6","when":{"service_tier":"priority"}}]""";
    String priority =
        """
        {"id":"c","object":"chat.completion","choices":[],"service_tier":"priority",\
        "usage":{"prompt_tokens":10,"completion_tokens":10}}""";
    try (Lane lane = Lane.priced("openai", price, Replay.answer(200, priority))) {
      lane.post("/v1/chat/completions", body(lane, ",\"service_tier\":\"fast\""));

      assertThat(lane.call().path("service_tier").asText()).isEqualTo("priority");
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.00009");
    }
  }

  @Test
  void writesToTheTwelveHourCacheHaveTheirOwnPrice() {
    String price =
        """
        "components":[{"component":"input","price":"1"},{"component":"output","price":"2"},\
        {"component":"cached_input","price":"0.1"},{"component":"cache_write_30m","price":"1.25"},\
        {"component":"cache_write_12h","price":"2.5"}]""";
    try (Lane lane = Lane.priced("openai", price, Replay.json("openai/response.json"))) {
      lane.post("/v1/responses", "{\"model\":\"" + lane.model() + "\",\"input\":\"x\"}");

      // 700 x 1 + 200 x 0.1 + 60 x 1.25 + 40 x 2.5 + 500 x 2
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.001895");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"stream_options\":null",
        ",\"stream_options\":{}",
        ",\"stream_options\":{\"include_usage\":false}",
        ",\"stream_options\":{\"include_obfuscation\":false}"
      })
  void usageIsAskedUpstreamAndItsChunkIsNotShownToWhoDidNotAsk(String options) {
    try (Lane lane = Lane.openAi(Replay.stream(CHAT))) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", body(lane, ",\"stream\":true" + options));

      JsonNode sent = TestingGateway.json(lane.upstreamBody());
      assertThat(sent.path("stream_options").path("include_usage").asBoolean()).isTrue();
      assertThat(response.body()).doesNotContain("\"prompt_tokens\"").endsWith("data: [DONE]\n\n");
      OpenAiSdkTest.assertChatRow(lane.call(), true);
    }
  }

  @Test
  void aCallerWhoAskedGetsEveryByteAndTheCost() {
    try (Lane lane = Lane.openAi(Replay.stream(CHAT))) {
      HttpResponse<String> response =
          lane.post(
              "/v1/chat/completions",
              body(lane, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

      assertThat(response.body().replace(",\"cost\":\"0.001845\"", "")).isEqualTo(CHAT);
      assertThat(response.body()).contains(",\"cost\":\"0.001845\"}");
    }
  }

  @Test
  void usageWithEveryChunkIsReadOnceAndNotAdded() {
    String first =
        """
        data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null}],\
        "usage":{"prompt_tokens":7,"completion_tokens":1}}

        """;
    String events =
        first
            + first.replace("\"completion_tokens\":1", "\"completion_tokens\":2")
            + first
                .replace("\"completion_tokens\":1", "\"completion_tokens\":3")
                .replace("null", "\"stop\"")
            + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n"
            + "data: [DONE]\n\n";
    try (Lane lane = Lane.openAi(Replay.stream(events))) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", body(lane, ",\"stream\":true"));

      assertThat(response.body()).endsWith("data: [DONE]\n\n").doesNotContain("\"choices\":[]");
      assertThat(lane.call().path("tokens").toString()).isEqualTo("{\"input\":7,\"output\":3}");
      assertThat(lane.call().path("estimated").asBoolean()).isFalse();
    }
  }

  @Test
  void aFinishWithoutUsageIsEstimated() {
    String events = CHAT.replaceAll("data: [^\n]*\"choices\":\\[\\][^\n]*\n\n", "");
    try (Lane lane = Lane.openAi(Replay.stream(events))) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", body(lane, ",\"stream\":true"));

      assertThat(response.body()).isEqualTo(events);
      assertThat(lane.call().path("status").asInt()).isEqualTo(200);
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
      assertThat(lane.call().path("tokens").path("output").asLong()).isPositive();
    }
  }

  @Test
  void anAnswerWithoutUsageIsEstimated() {
    try (Lane lane =
        Lane.openAi(Replay.answer(200, "{\"id\":\"c\",\"choices\":[],\"usage\":null}"))) {
      lane.post("/v1/chat/completions", body(lane, ""));

      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
      assertThat(lane.call().path("tokens").path("input").asLong()).isPositive();
    }
  }

  @Test
  void aResponsesStreamHasNoDoneAndIsComplete() {
    String events = Replay.fixture("openai/response.sse");
    try (Lane lane = Lane.openAi(Replay.stream(events))) {
      HttpResponse<String> response =
          lane.post(
              "/v1/responses",
              "{\"model\":\"" + lane.model() + "\",\"input\":\"x\",\"stream\":true}");

      assertThat(response.body().replace(",\"cost\":\"0.001845\"", "")).isEqualTo(events);
      assertThat(lane.call().path("status").asInt()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"incomplete", "failed"})
  void theOtherTerminalEventsOfResponsesEndAStreamToo(String status) {
    String events = Replay.fixture("openai/response.sse").replace("completed\"", status + "\"");
    String renamed = events.replace("event: response.completed", "event: response." + status);
    try (Lane lane = Lane.openAi(Replay.stream(renamed))) {
      HttpResponse<String> response =
          lane.post(
              "/v1/responses",
              "{\"model\":\"" + lane.model() + "\",\"input\":\"x\",\"stream\":true}");

      assertThat(response.body()).contains("response." + status).doesNotContain("\"error\":{");
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.001845");
    }
  }

  @Test
  void unknownFieldsAndNumbersSurviveToTheByte() {
    String answer = Replay.fixture("openai/chat.json").strip();
    try (Lane lane = Lane.openAi(Replay.answer(200, answer))) {
      String sent =
          "{ \"future\" : {\"big\":12345678901234567890.10, \"s\":\"\\u00e4\"},\n  "
              + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}], \"model\" : \"%s\" }";
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", sent.formatted(lane.model()));

      assertThat(lane.upstreamBody()).isEqualTo(sent.formatted("upstream-model"));
      assertThat(response.body()).isEqualTo(answer);
    }
  }

  @Test
  void noHeaderOfTheCallerThatIdentifiesItGoesUpstream() {
    try (Lane lane = Lane.openAi(Replay.json("openai/chat.json"))) {
      lane.post(
          "/v1/chat/completions",
          body(lane, ""),
          "authorization",
          "Bearer sk-callers-own",
          "cookie",
          "session=1",
          "openai-organization",
          "org-callers",
          "openai-project",
          "proj-callers",
          "openai-beta",
          "assistants=v2");

      String head = lane.upstream().received().getLast().head();
      assertThat(head).doesNotContain("callers").doesNotContain("session=1");
      assertThat(head).contains("Bearer " + Lane.CREDENTIAL).contains("assistants=v2");
    }
  }

  @Test
  void aProvidersOwnCostIsNotGivenTwice() {
    String events = CHAT.replace("\"total_tokens\":1500", "\"total_tokens\":1500,\"cost\":0.1");
    try (Lane lane = Lane.openAi(Replay.stream(events))) {
      HttpResponse<String> response =
          lane.post(
              "/v1/chat/completions",
              body(lane, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));

      assertThat(response.body()).containsOnlyOnce("\"cost\":");
    }
  }

  @Test
  void aSlashInAModelNameIsDecoded() {
    HttpResponse<String> response =
        TestingGateway.shared()
            .get("/v1/models/meta-llama%2FLlama-3", TestingGateway.shared().demoKey());

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("meta-llama/Llama-3").contains("model_not_found");
  }

  static String body(Lane lane, String more) {
    return "{\"model\":\""
        + lane.model()
        + "\",\"messages\":[{\"role\":\"user\",\"content\":"
        + "\"Say something.\"}]"
        + more
        + "}";
  }

  private static ScriptedUpstream.Script usage(long promptTokens) {
    return Replay.answer(
        200,
        "{\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":"
            + promptTokens
            + ",\"completion_tokens\":1000}}");
  }

  private static JsonNode served(String usage) {
    try (Lane lane =
        Lane.openAi(
            Replay.answer(200, "{\"id\":\"c\",\"choices\":[],\"usage\":{" + usage + "}}"))) {
      lane.post("/v1/chat/completions", body(lane, ""));
      return lane.call();
    }
  }
}
