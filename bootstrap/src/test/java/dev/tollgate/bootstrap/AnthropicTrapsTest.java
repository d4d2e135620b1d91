package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What Anthropic's API does that a gateway gets wrong.
class AnthropicTrapsTest {
  private static final String EVENTS = Replay.fixture("anthropic/message.sse");

  @Test
  void theBodyPassesByteForByteButForTheModel() {
    try (Lane lane = Lane.anthropic(Replay.json("anthropic/message.json"))) {
      String sent =
          "{\"system\":[{\"type\":\"text\",\"text\":\"x-anthropic-billing-header: a\"}],\n"
              + "\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\","
              + "\"thinking\":\"\",\"signature\":\"Er+/==\"}]}],"
              + " \"temperature\":0.70, \"tool_choice\":{\"type\":\"any\"},"
              + "\"future_beta\":{\"n\":1e2}, \"max_tokens\":64,\"model\":\"%s\" }";
      HttpResponse<String> response =
          lane.post("/v1/messages?beta=true", sent.formatted(lane.model()));

      assertThat(lane.upstreamBody()).isEqualTo(sent.formatted("upstream-model"));
      assertThat(response.body()).isEqualTo(Replay.fixture("anthropic/message.json").strip());
    }
  }

  @Test
  void aStreamPassesByteForByteButForTheCost() {
    try (Lane lane =
        Lane.priced("anthropic", AnthropicSdkTest.CACHE_PRICES, Replay.stream(EVENTS))) {
      HttpResponse<String> response = lane.post("/v1/messages", body(lane, ",\"stream\":true"));

      assertThat(response.body().replace(",\"cost\":\"0.000935\"", "")).isEqualTo(EVENTS);
      assertThat(response.body()).containsOnlyOnce("\"cost\":\"0.000935\"");
      assertThat(response.body()).doesNotContain("[DONE]");
      assertThat(lane.upstreamBody()).doesNotContain("stream_options");
    }
  }

  @ParameterizedTest
  @CsvSource({"2026-10-21,2026-10-21", "2023-06-01,2023-06-01", "'',2023-06-01"})
  void theVersionIsTheCallersOrTheOldest(String given, String expected) {
    try (Lane lane = Lane.anthropic(Replay.json("anthropic/message.json"))) {
      if (given.isEmpty()) {
        lane.post("/v1/messages", body(lane, ""));
      } else {
        lane.post(
            "/v1/messages", body(lane, ""), "anthropic-version", given, "anthropic-beta", "a,b");
        assertThat(lane.upstream().received().getLast().header("anthropic-beta")).isEqualTo("a,b");
      }

      assertThat(lane.upstream().received().getLast().header("anthropic-version"))
          .isEqualTo(expected);
    }
  }

  @Test
  void theSameKeyInTwoHeadersPassesAndTwoKeysDoNot() {
    try (Lane lane = Lane.anthropic(Replay.json("anthropic/message.json"))) {
      assertThat(lane.post("/v1/messages", body(lane, ""), "x-api-key", lane.key()).statusCode())
          .isEqualTo(200);
      String other = TestingGateway.shared().demoKey();
      HttpResponse<String> both =
          lane.post("/v1/messages", body(lane, ""), "authorization", "Bearer " + other);

      assertThat(both.statusCode()).isEqualTo(400);
      assertThat(lane.upstream().received()).hasSize(1);
    }
  }

  @Test
  void inputTokensLeaveOutTheCache() {
    JsonNode call =
        served(
            """
            "input_tokens":10,"cache_read_input_tokens":1000,"cache_creation_input_tokens":100,\
            "output_tokens":1""");

    // 10 x 1 + 1000 x 0.10 + 100 x 1.25 + 1 x 2
    assertThat(call.path("cost").asText()).isEqualTo("0.000237");
    assertThat(call.path("tokens").path("cache_write_5m").asLong()).isEqualTo(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",\"cache_creation\":null,\"cache_read_input_tokens\":null",
        ",\"output_tokens_details\":null,\"server_tool_use\":null,\"iterations\":[{\"type\":"
            + "\"message\",\"input_tokens\":7,\"output_tokens\":3}]"
      })
  void missingCountersCountAsNone(String more) {
    JsonNode call = served("\"input_tokens\":7,\"output_tokens\":3" + more);

    assertThat(call.path("tokens").toString()).isEqualTo("{\"input\":7,\"output\":3}");
    assertThat(call.path("cost").asText()).isEqualTo("0.000013");
  }

  @Test
  void webSearchesAreBilledByTheCall() {
    String price =
        """
        "components":[{"component":"input","price":"1"},{"component":"output","price":"2"},\
        {"component":"web_search","price":"0.01","unit":"call"}]""";
    String usage =
        """
        "input_tokens":10,"output_tokens":5,"server_tool_use":{"web_search_requests":3}""";
    try (Lane lane = Lane.priced("anthropic", price, message(usage))) {
      lane.post("/v1/messages", body(lane, ""));

      assertThat(lane.call().path("cost").asText()).isEqualTo("0.03002");
    }
  }

  @Test
  void theFastSpeedIsPricedLikeATier() {
    String price =
        """
        "components":[{"component":"input","price":"1"},{"component":"output","price":"2"},\
        {"component":"output","price":"12","when":{"service_tier":"fast"}}]""";
    String usage =
        """
        "input_tokens":10,"output_tokens":10,"service_tier":"standard","speed":"fast\"""";
    try (Lane lane = Lane.priced("anthropic", price, message(usage))) {
      lane.post("/v1/messages", body(lane, ",\"speed\":\"fast\""));

      assertThat(lane.call().path("cost").asText()).isEqualTo("0.00013");
    }
  }

  @Test
  void aRefusalIsAnAnswerThatIsBilled() {
    String answer =
        """
        {"type":"message","content":[],"stop_reason":"refusal","stop_details":{"type":"refusal",\
        "category":"cyber"},"usage":{"input_tokens":5,"output_tokens":0}}""";
    try (Lane lane = Lane.anthropic(Replay.answer(200, answer))) {
      HttpResponse<String> response = lane.post("/v1/messages", body(lane, ""));

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(answer);
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000005");
    }
  }

  @Test
  void usageInAStreamIsCumulativeAndCorrectsWhatCameBefore() {
    String events =
        EVENTS
            .replace("\"input_tokens\":90", "\"input_tokens\":5000")
            .replace("\"output_tokens\":1,", "\"output_tokens\":40,");
    try (Lane lane =
        Lane.priced("anthropic", AnthropicSdkTest.CACHE_PRICES, Replay.stream(events))) {
      lane.post("/v1/messages", body(lane, ",\"stream\":true"));

      AnthropicSdkTest.assertRow(lane.call(), true);
    }
  }

  @Test
  void unknownEventsAndDeltasPass() {
    String odd =
        """
        event: future_event
        data: {"type":"future_event","usage":{"input_tokens":999999}}

        """;
    String events = EVENTS.replace("event: ping", odd + "event: ping");
    try (Lane lane =
        Lane.priced("anthropic", AnthropicSdkTest.CACHE_PRICES, Replay.stream(events))) {
      HttpResponse<String> response = lane.post("/v1/messages", body(lane, ",\"stream\":true"));

      assertThat(response.body()).contains(odd);
      AnthropicSdkTest.assertRow(lane.call(), true);
    }
  }

  @Test
  void maxTokensIsMandatory() {
    try (Lane lane = Lane.anthropic(Replay.json("anthropic/message.json"))) {
      HttpResponse<String> response =
          lane.post("/v1/messages", body(lane, "").replace("\"max_tokens\":64,", ""));

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.body()).startsWith("{\"type\":\"error\"").contains("max_tokens");
      assertThat(lane.upstream().received()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"GET,/", "HEAD,/"})
  void theRootAnswersConnectivityChecks(String method, String path) {
    TestingGateway gateway = TestingGateway.shared();
    HttpResponse<String> response =
        gateway.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());

    assertThat(response.statusCode()).isLessThan(400);
  }

  @Test
  void modelsAreListedInTheShapeOfTheVersionHeader() {
    TestingGateway gateway = TestingGateway.shared();
    HttpRequest.Builder list =
        HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/models?limit=1000"))
            .header("x-api-key", gateway.demoKey());
    JsonNode openAi = TestingGateway.json(gateway.send(list.copy().build()).body());
    JsonNode anthropic =
        TestingGateway.json(
            gateway.send(list.header("anthropic-version", "2026-10-21").build()).body());

    assertThat(openAi.path("object").asText()).isEqualTo("list");
    assertThat(anthropic.path("has_more").asBoolean(true)).isFalse();
    assertThat(anthropic.path("data").get(0).path("type").asText()).isEqualTo("model");
    assertThat(anthropic.path("data").get(0).path("display_name").asText()).isNotEmpty();
  }

  static String body(Lane lane, String more) {
    return "{\"model\":\""
        + lane.model()
        + "\",\"max_tokens\":64,\"messages\":[{\"role\":\"user\","
        + "\"content\":\"Say something.\"}]"
        + more
        + "}";
  }

  private static ScriptedUpstream.Script message(String usage) {
    return Replay.answer(200, "{\"type\":\"message\",\"content\":[],\"usage\":{" + usage + "}}");
  }

  private static JsonNode served(String usage) {
    try (Lane lane = Lane.anthropic(message(usage))) {
      lane.post("/v1/messages", body(lane, ""));
      return lane.call();
    }
  }
}
