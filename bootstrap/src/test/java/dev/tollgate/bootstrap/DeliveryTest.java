package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What reaches the caller, and when.
class DeliveryTest {
  private static final String END =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";

  private final TestingGateway gateway = TestingGateway.shared();

  private static HttpRequest.Builder request(Lane lane) {
    return HttpRequest.newBuilder(
            URI.create(TestingGateway.shared().url() + "/v1/chat/completions"))
        .header("x-tollgate-key", lane.key());
  }

  /// B1, B2: early usage, or a finish that says nothing, withholds nothing.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0}}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"},\"finish_reason\":\"\"}],"
            + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1}}\n\n"
      })
  void nothingIsHeldBackTooEarly(String first) throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    String text =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"\"}],"
            + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1}}\n\n";
    try (Lane lane =
            Lane.patientOpenAi(
                (_, to) -> {
                  to.beginEvents();
                  to.chunk(first);
                  to.chunk(text);
                  assertThat(seen.await(5, TimeUnit.SECONDS)).isTrue();
                  to.chunk(END);
                  to.endChunks();
                });
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> response =
          client.send(
              request(lane)
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          OpenAiTrapsTest.body(lane, ",\"stream\":true")))
                  .build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        String got = "";
        byte[] buffer = new byte[4_096];
        while (!got.contains("\"hi\"")) {
          int read = in.read(buffer);
          assertThat(read).isPositive();
          got += new String(buffer, 0, read, StandardCharsets.UTF_8);
        }
        seen.countDown();
        in.transferTo(ByteArrayOutputStream.nullOutputStream());
      }
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000013");
    }
  }

  /// B15
  @Test
  void aKeyIsToldItsBudget() {
    JsonNode key =
        gateway.newKey(
            gateway.newProject(), "\"budget\":{\"limit\":\"2.50\",\"window\":\"total\"}");
    HttpResponse<String> told = gateway.get("/v1/key", key.path("key").asText());
    assertThat(told.statusCode()).isEqualTo(200);
    assertThat(told.body()).contains("2.50").doesNotContain("\"budget\":null");
  }

  /// A10: of the things that a search tool does only the searches that worked are billed.
  @Test
  void onlySearchesAreSearches() {
    String price =
        """
        "components":[{"component":"input","price":"1"},{"component":"output","price":"2"},\
        {"component":"web_search","price":"0.01","unit":"call"}]""";
    String items =
        """
        {"type":"web_search_call","status":"completed","action":{"type":"search"}},\
        {"type":"web_search_call","status":"completed","action":{"type":"open_page"}},\
        {"type":"web_search_call","status":"completed","action":{"type":"find_in_page"}},\
        {"type":"web_search_call","status":"failed","action":{"type":"search"}}""";
    String answer =
        "{\"object\":\"response\",\"status\":\"completed\",\"output\":["
            + items
            + "],\"usage\":{\"input_tokens\":7,\"output_tokens\":3}}";
    try (Lane lane = Lane.priced("openai", price, Replay.answer(200, answer))) {
      lane.post("/v1/responses", "{\"model\":\"%s\",\"input\":\"x\"}".formatted(lane.model()));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.010013");
    }
  }

  /// B17: where the API is below the base URL of a provider.
  @ParameterizedTest
  @CsvSource({
    "openai,'',/v1/chat/completions",
    "openai,/,/v1/chat/completions",
    "openai,/v1,/v1/chat/completions",
    "openai,/v1/,/v1/chat/completions",
    "openai,/openai/v1,/openai/v1/chat/completions",
    "openai,/inference,/inference/chat/completions",
    "anthropic,'',/v1/messages",
    "anthropic,/v1,/v1/messages",
    "anthropic,/anthropic,/anthropic/v1/messages",
    "anthropic,/anthropic/v1/,/anthropic/v1/messages"
  })
  void theApiIsWhereTheConventionSays(String kind, String base, String path) {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start((_, to) -> to.json(404, "<h1>Not Found</h1>"))) {
      String host = upstream.baseUrl().replace("/v1", "");
      String model = gateway.newModel(kind, host + base);
      JsonNode key = gateway.newKey(gateway.newProject(), "");
      String endpoint = kind.equals("openai") ? "/v1/chat/completions" : "/v1/messages";
      HttpResponse<String> response =
          gateway.call(
              endpoint,
              key.path("key").asText(),
              "{\"model\":\"%s\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
                  .formatted(model));
      assertThat(upstream.received().getFirst().head()).startsWith("POST " + path + " HTTP/1.1");
      assertThat(response.statusCode()).isEqualTo(502);
      assertThat(response.body())
          .contains("The base URL may be wrong")
          .doesNotContain("model_not_found");
    }
  }

  /// D16: the input of a stream that its caller left is what the tokenizer counts.
  @Test
  void theInputOfAStreamThatWasLeftIsCounted() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    String text =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}]}\n\n";
    try (Lane lane =
            Lane.patientOpenAi(
                (_, to) -> {
                  to.beginEvents();
                  to.chunk(text);
                  assertThat(left.await(5, TimeUnit.SECONDS)).isTrue();
                  to.awaitHangup(5_000);
                });
        HttpClient client = HttpClient.newHttpClient()) {
      String body =
          OpenAiTrapsTest.body(lane, ",\"stream\":true")
              .replace("\"Say something.\"", "\"" + " word".repeat(50_000) + "\"");
      assertThat(body.length()).isGreaterThan(250_000);
      HttpResponse<InputStream> response =
          client.send(
              request(lane).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        assertThat(in.read()).isPositive();
      }
      left.countDown();
      JsonNode call = lane.call();
      assertThat(call.path("status").asInt()).isEqualTo(499);
      assertThat(call.path("tokens").path("input").asLong()).isBetween(50_000L, 50_100L);
    }
  }

  /// Any status of success is one.
  @Test
  void anAnswerWithStatus201IsAnAnswer() {
    String usage = "{\"prompt_tokens\":1000,\"completion_tokens\":500}";
    try (Lane lane =
        Lane.openAi(
            Replay.answer(
                201,
                "{\"choices\":[{\"message\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}],\"usage\":"
                    + usage
                    + "}"))) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ""));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.002");
    }
  }

  /// Books 17: an attempt over a connection that drops is one of its own, and the caller is told of
  /// all of them.
  @Test
  void attemptsBeforeTheLastOneAreTold() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) -> {
              to.json(200, PricedUpstream.answer(2));
              to.reset();
            })) {
      String model =
          gateway.newModel(
              "openai", upstream.baseUrl(), "m", "", "\"input\":\"1.00\",\"output\":\"2.00\"");
      JsonNode key =
          gateway.newKey(gateway.newProject(), "\"budget\":{\"limit\":\"1\",\"window\":\"total\"}");
      String told = "";
      JsonNode call = null;
      for (int i = 0; i < 5; i++) {
        HttpResponse<String> response =
            gateway.call(
                "/v1/chat/completions", key.path("key").asText(), PricedUpstream.body(model, 40));
        if (response.statusCode() == 200) {
          told = response.headers().firstValue("x-tollgate-cost").orElseThrow();
          call =
              gateway.manage(
                  "GET",
                  "/calls/" + response.headers().firstValue("x-request-id").orElseThrow(),
                  "");
          assertThat(call.path("cost").asText()).isEqualTo(told);
          assertThat(call.path("estimated").asBoolean())
              .as("%s", call)
              .isEqualTo(call.path("attempts").asInt() > 1);
        }
      }
      assertThat(call).isNotNull();
      assertThat(gateway.budgetOf(key).path("held").asText()).isEqualTo("0.00");
    }
  }

  /// B10, as frameworks say it: what Tollgate wrote into the body is left out the next time.
  @Test
  void whatAFrameworkDoesNotTakeIsLeftOut() {
    String refused =
        "{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"stream_options\"],"
            + "\"msg\":\"Extra inputs are not permitted\"}]}";
    try (Lane lane =
        Lane.openAi(
            (request, to) -> {
              if (request.body().contains("stream_options")) {
                to.json(422, refused);
              } else {
                Replay.stream(END).answer(request, to);
              }
            })) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ",\"stream\":true"));
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(lane.upstream().received()).hasSize(2);
    }
  }
}
