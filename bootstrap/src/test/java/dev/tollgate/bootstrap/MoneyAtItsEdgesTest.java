package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.bootstrap.ScriptedUpstream.Script;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What an attack on the books found around the ledger, as callers and administrators meet it.
class MoneyAtItsEdgesTest {
  private static final String PRICE = "\"input\":\"1.00\",\"output\":\"2.00\"";
  private static final String IMPATIENT =
      "\"timeouts\":{\"connect\":\"PT2S\",\"first_byte\":\"PT1S\",\"whole\":\"PT1S\","
          + "\"total\":\"PT2S\"}";

  private final TestingGateway gateway = TestingGateway.shared();

  private JsonNode key(String more) {
    return gateway.newKey(gateway.newProject(), more);
  }

  private static String budget(String limit) {
    return "\"budget\":{\"limit\":\"" + limit + "\",\"window\":\"total\"}";
  }

  private HttpResponse<String> chat(JsonNode key, String body) {
    return gateway.call("/v1/chat/completions", key.path("key").asText(), body);
  }

  private static String chatBody(String model, String more) {
    return """
    {"model":"%s","max_tokens":100,"messages":[{"role":"user","content":"hi"}]%s}"""
        .formatted(model, more);
  }

  private String model(ScriptedUpstream upstream) {
    return gateway.newModel("openai", upstream.baseUrl(), "edge-model", IMPATIENT, PRICE);
  }

  private static Script answering(String usage) {
    return (_, to) ->
        to.json(
            200,
            "{\"choices\":[{\"message\":{\"content\":\"Hello there\"},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{"
                + usage
                + "}}");
  }

  @Test
  void raisesAreRowsAndTheLimitInForceAdmits() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      JsonNode key = key(budget("0.05"));
      assertThat(chat(key, PricedUpstream.body(model, 40)).statusCode()).isEqualTo(200);
      assertThat(TestingGateway.code(chat(key, PricedUpstream.body(model, 40))))
          .isEqualTo("insufficient_quota");
      String path = "/budgets/" + gateway.budgetOf(key).path("id").asText();
      String first = raise(path, "0.04");
      String second = raise(path, "0.02");

      assertThat(gateway.budgetOf(key).path("limit").asText()).isEqualTo("0.11");
      assertThat(gateway.budgetOf(key).path("usual_limit").asText()).isEqualTo("0.05");
      assertThat(gateway.budgetOf(key).path("raises")).hasSize(2);
      assertThat(chat(key, PricedUpstream.body(model, 40)).statusCode()).isEqualTo(200);

      assertThat(gateway.tryManage("DELETE", path + "/raises/" + first, "").statusCode())
          .isEqualTo(204);
      assertThat(gateway.budgetOf(key).path("limit").asText()).isEqualTo("0.07");
      assertThat(gateway.budgetOf(key).path("raises")).hasSize(1);
      assertThat(gateway.budgetOf(key).path("raises").get(0).path("id").asText()).isEqualTo(second);
    }
  }

  private String raise(String path, String amount) {
    return gateway
        .manage(
            "POST",
            path + "/raises",
            "{\"amount\":\"%s\",\"reason\":\"a busy week\"}".formatted(amount))
        .path("raises")
        .findValues("id")
        .getLast()
        .asText();
  }

  @Test
  void theRaiseOfTheFormIsOneRowAndNullEndsIt() {
    JsonNode key = key(budget("1"));
    String path = "/budgets/" + gateway.budgetOf(key).path("id").asText();
    raise(path, "3");
    put(key, "\"raise\":{\"to\":\"5\",\"until\":\"2100-01-01T00:00:00Z\"}");
    assertThat(gateway.budgetOf(key).path("limit").asText()).isEqualTo("8.00");
    put(key, "\"raise\":{\"to\":\"2\",\"until\":\"2100-01-01T00:00:00Z\"}");
    assertThat(gateway.budgetOf(key).path("limit").asText()).isEqualTo("5.00");
    assertThat(gateway.budgetOf(key).path("raises")).hasSize(2);
    put(key, "\"raise\":null");
    assertThat(gateway.budgetOf(key).path("limit").asText()).isEqualTo("4.00");
    HttpResponse<String> none =
        gateway.tryManage(
            "PUT",
            "/budgets",
            form(key, "\"raise\":{\"to\":\"1\",\"until\":\"2100-01-01T00:00:00Z\"}"));
    assertThat(none.statusCode()).isEqualTo(400);
    assertThat(none.body()).contains("raise.to");
  }

  private void put(JsonNode key, String raise) {
    gateway.manage("PUT", "/budgets", form(key, raise));
  }

  private static String form(JsonNode key, String raise) {
    return """
    {"scope":"key","scope_id":"%s","window":"total","limit":"1",%s}"""
        .formatted(key.path("id").asText(), raise);
  }

  @Test
  void membersAreRefusedUntilTheyExist() {
    HttpResponse<String> budget =
        gateway.tryManage(
            "PUT",
            "/budgets",
            """
            {"scope":"member","scope_id":"mbr_01m7zyha40e008000000001g70","window":"total",
             "limit":"1"}""");
    assertThat(budget.statusCode()).isEqualTo(400);
    assertThat(budget.body()).contains("scope");
    HttpResponse<String> owner =
        gateway.tryManage(
            "POST",
            "/keys",
            """
            {"name":"k","project":"%s","owner":"mbr_01m7zyha40e008000000001g70"}"""
                .formatted(gateway.newProject()));
    assertThat(owner.statusCode()).isEqualTo(400);
    assertThat(owner.body()).contains("owner");
  }

  @Test
  void backgroundAnswersAreRefusedUnderALimit() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(answering(""))) {
      JsonNode key = key(budget("1"));
      HttpResponse<String> response =
          gateway.call(
              "/v1/responses",
              key.path("key").asText(),
              "{\"model\":\"%s\",\"input\":\"x\",\"background\":true}".formatted(model(upstream)));
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(TestingGateway.code(response)).isEqualTo("background_not_allowed");
      assertThat(upstream.received()).isEmpty();
    }
  }

  /// Counters that no answer can have are not believed, and poison nothing for those who follow.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"prompt_tokens\":9000000000000000,\"completion_tokens\":1",
        "\"prompt_tokens\":5,\"completion_tokens\":1,\"seconds\":9223372036854775800",
        "\"prompt_tokens\":-5,\"completion_tokens\":-1",
        "\"prompt_tokens\":\"99999999999999999999\",\"completion_tokens\":1"
      })
  void absurdCountersPoisonNothing(String usage) {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(answering(usage))) {
      String model = model(upstream);
      JsonNode key = key(budget("1"));
      assertThat(chat(key, chatBody(model, "")).statusCode()).isEqualTo(200);
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("cost").asText()).isNotEmpty();
      upstream.script(answering("\"prompt_tokens\":5,\"completion_tokens\":2"));
      for (int i = 0; i < 3; i++) {
        assertThat(chat(key, chatBody(model, "")).statusCode()).isEqualTo(200);
      }
      assertThat(gateway.lastCall(key.path("id").asText()).path("cost").asText())
          .isEqualTo("0.000009");
      assertThat(gateway.budgetOf(key).path("held").asText()).isEqualTo("0.00");
    }
  }

  /// A proxy's page is no word of the provider: it may have worked. What the provider itself says
  /// is.
  @Test
  void whatAProxySaysIsUncertainAndNotSentAgain() {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) -> to.json(502, "<html>Bad Gateway</html>", "content-type: text/html"))) {
      JsonNode key = key(budget("1"));
      assertThat(chat(key, chatBody(model(upstream), "")).statusCode()).isEqualTo(502);
      assertThat(upstream.received()).hasSize(1);
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("estimated").asBoolean()).isTrue();
      assertThat(gateway.budgetOf(key).path("settled").asText()).isNotEqualTo("0.00");
      assertThat(gateway.budgetOf(key).path("held").asText()).isEqualTo("0.00");
    }
  }

  @Test
  void aWholeAnswerThatDoesNotComeInTimeIsPaidAtItsBound() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start((_, to) -> to.awaitHangup(5_000))) {
      JsonNode key = key(budget("1"));
      assertThat(chat(key, chatBody(model(upstream), "")).statusCode()).isEqualTo(504);
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("estimated").asBoolean()).isTrue();
      // 100 output tokens at $2 a million, and the input.
      assertThat(Double.parseDouble(call.path("cost").asText())).isGreaterThan(0.0002);
    }
  }

  @Test
  void patternsOfModelsAreEnforcedWhereverTheStarIs() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      JsonNode key = key("");
      gateway.manage(
          "PUT",
          "/budgets",
          """
          {"scope":"key","scope_id":"%s","window":"total","limit":"0.01","models":["*%s"]}"""
              .formatted(key.path("id").asText(), model.substring(3)));
      assertThat(TestingGateway.code(chat(key, PricedUpstream.body(model, 40))))
          .isEqualTo("insufficient_quota");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"+05:00", "GMT-8", "UTC+3", "Z+1", "Nowhere/City", "SystemV/PST8"})
  void onlyNamesOfRegionsAreTimeZones(String zone) {
    HttpResponse<String> response =
        gateway.tryManage("PATCH", "/ledger/settings", "{\"time_zone\":\"" + zone + "\"}");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("time_zone");
  }

  /// An administrator who sets the first budget with a limit is told how many calls run past it.
  @Test
  void callsThatRunWithoutAHoldAreToldOf() throws Exception {
    CountDownLatch arrived = new CountDownLatch(2);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ScriptedUpstream upstream =
            ScriptedUpstream.start(
                (_, to) -> {
                  arrived.countDown();
                  assertThat(goOn.await(5, TimeUnit.SECONDS)).isTrue();
                  to.json(200, PricedUpstream.answer(2));
                });
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      String model = gateway.newModel("openai", upstream.baseUrl());
      JsonNode key = key("");
      for (int i = 0; i < 2; i++) {
        var _ = executor.submit(() -> chat(key, chatBody(model, "")));
      }
      assertThat(arrived.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(limited(key).path("unheld_calls").asInt()).isEqualTo(2);
      assertThat(limited(key("")).path("unheld_calls").asInt()).isZero();
      goOn.countDown();
    }
  }

  private JsonNode limited(JsonNode key) {
    return gateway.manage(
        "PUT",
        "/budgets",
        """
        {"scope":"key","scope_id":"%s","window":"total","limit":"1"}"""
            .formatted(key.path("id").asText()));
  }

  @Test
  void whatMustBeKeptIsKeptWhateverTheCallerSays() {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(answering("\"prompt_tokens\":5,\"completion_tokens\":2"))) {
      JsonNode key = key("\"capture\":\"required\"");
      String secret = key.path("key").asText();
      HttpResponse<String> response =
          gateway.send(
              HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
                  .header("authorization", "Bearer " + secret)
                  .header("x-tollgate-capture", "off")
                  .POST(HttpRequest.BodyPublishers.ofString(chatBody(model(upstream), "")))
                  .build());
      assertThat(response.statusCode()).isEqualTo(200);
      String call = response.headers().firstValue("x-request-id").orElseThrow();
      // It was there before the last byte: nobody needs to wait for it.
      JsonNode shown = gateway.manage("GET", "/calls/" + call, "");
      assertThat(shown.path("content").toString()).contains("Hello there");
      HttpResponse<String> refused = chat(key, "{\"model\":\"no such model\",\"messages\":[]}");
      assertThat(kept(refused.headers().firstValue("x-request-id").orElseThrow()))
          .contains("no such model");
    }
  }

  /// The content of a refused call, which is not written before its answer.
  private String kept(String call) {
    return gateway.content(call).toString();
  }
}
