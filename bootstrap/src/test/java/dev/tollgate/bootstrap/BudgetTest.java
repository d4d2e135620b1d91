package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.money.Money;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Budgets as callers and administrators meet them.
class BudgetTest {
  private static final int REPETITIONS = Integer.getInteger("tollgate.repetitions", 5);

  private final TestingGateway gateway = TestingGateway.shared();

  private static String budget(String limit, String policy) {
    return "\"budget\":{\"limit\":\"%s\",\"window\":\"total\",\"policy\":\"%s\"}"
        .formatted(limit, policy);
  }

  private JsonNode key(String more) {
    return gateway.newKey(gateway.newProject(), more);
  }

  private HttpResponse<String> chat(JsonNode key, String body) {
    return gateway.call("/v1/chat/completions", key.path("key").asText(), body);
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void ofTwoHundredCallsThatRaceForTheirLastDollarOneHundredAreAnswered() throws Exception {
    try (PricedUpstream upstream = new PricedUpstream();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      String model = upstream.model(gateway);
      for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        upstream.forget();
        JsonNode key = key(budget("1.00", "refuse"));
        List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          calls.add(() -> chat(key, PricedUpstream.body(model, 10)));
        }
        int answered = 0;
        int refused = 0;
        for (Future<HttpResponse<String>> each : executor.invokeAll(calls)) {
          HttpResponse<String> response = each.get();
          if (response.statusCode() == 200) {
            answered++;
            assertThat(header(response, "x-tollgate-cost")).isEqualTo("0.01");
          } else {
            refused++;
            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(TestingGateway.code(response)).isEqualTo("insufficient_quota");
            assertThat(header(response, "x-should-retry")).isEqualTo("false");
          }
        }
        assertThat(answered).isEqualTo(100);
        assertThat(refused).isEqualTo(100);
        assertThat(upstream.served()).isEqualTo(100);
        JsonNode budget = gateway.budgetOf(key);
        assertThat(budget.path("settled").asText()).isEqualTo("1.00");
        assertThat(budget.path("held").asText()).isEqualTo("0.00");
      }
    }
    assertTheBooksAreInOrder();
  }

  private void assertTheBooksAreInOrder() {
    JsonNode report = gateway.manage("POST", "/ledger/verify", "");
    assertThat(report.path("violations")).isEmpty();
    assertThat(report.path("ok").asBoolean()).isTrue();
    assertThat(report.path("entries").asLong()).isPositive();
  }

  @Test
  void aRefusalNamesTheBudgetAndReachesNoProvider() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      JsonNode key = key(budget("0.005", "refuse"));
      HttpResponse<String> refused = chat(key, PricedUpstream.body(model, 20));
      assertThat(refused.statusCode()).isEqualTo(429);
      JsonNode error = TestingGateway.json(refused.body()).path("error");
      assertThat(error.path("type").asText()).isEqualTo("insufficient_quota");
      assertThat(error.path("message").asText()).contains("budget of the key");
      JsonNode budget = error.path("budget");
      assertThat(budget.path("scope").asText()).isEqualTo("key");
      assertThat(budget.path("limit").asText()).isEqualTo("0.005");
      assertThat(budget.path("settled").asText()).isEqualTo("0.00");
      assertThat(budget.path("held").asText()).isEqualTo("0.00");
      assertThat(budget.path("resets_at").isNull()).isTrue();
      assertThat(upstream.served()).isZero();
      HttpResponse<String> anthropic =
          gateway.call(
              "/v1/messages",
              gateway
                  .newKey(gateway.newProject(), budget("0.0000001", "refuse"))
                  .path("key")
                  .asText(),
              """
              {"model":"sim-large","max_tokens":20,"messages":[{"role":"user","content":"hi"}]}""");
      assertThat(anthropic.statusCode()).isEqualTo(429);
      assertThat(TestingGateway.json(anthropic.body()).path("type").asText()).isEqualTo("error");
    }
  }

  @Test
  void clampLowersTheCapThatGoesUpstreamAndSaysSo() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      JsonNode key = key(budget("0.005", "clamp"));
      HttpResponse<String> clamped = chat(key, PricedUpstream.body(model, 20));
      assertThat(clamped.statusCode()).isEqualTo(200);
      assertThat(header(clamped, "x-tollgate-clamped")).isEqualTo("5");
      assertThat(PricedUpstream.cap(upstream.upstream().received().getFirst().body())).isEqualTo(5);
      assertThat(header(clamped, "x-tollgate-cost")).isEqualTo("0.005");
      assertThat(header(clamped, "x-tollgate-budget-remaining")).isEqualTo("0.00");
      JsonNode call = gateway.manage("GET", "/calls/" + header(clamped, "x-request-id"), "");
      assertThat(call.path("details").path("clamped_to").asInt()).isEqualTo(5);
      assertThat(TestingGateway.code(chat(key, PricedUpstream.body(model, 20))))
          .isEqualTo("insufficient_quota");
      assertThat(upstream.served()).isEqualTo(1);
    }
  }

  @Test
  void withoutACapTheTenantsDefaultIsWrittenUnderANameThatTheModelAccepts() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      JsonNode key = key(budget("100.00", "refuse"));
      String body =
          "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
              .formatted(model);
      assertThat(chat(key, body).statusCode()).isEqualTo(200);
      assertThat(upstream.upstream().received().getLast().body()).contains("\"max_tokens\":4096,");
      JsonNode free = key("");
      upstream.upstream().script((_, to) -> to.json(200, PricedUpstream.answer(1)));
      assertThat(chat(free, body).statusCode()).isEqualTo(200);
      assertThat(upstream.upstream().received().getLast().body()).doesNotContain("max_tokens");
    }
  }

  @Test
  void whileOnlyOpenHoldsAreInTheWayACallWaitsItsTurn() throws Exception {
    try (PricedUpstream upstream = new PricedUpstream().pausing(300);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      String model = upstream.model(gateway);
      JsonNode key = key(budget("1.00", "refuse"));
      upstream
          .upstream()
          .script(
              (_, to) -> {
                Thread.sleep(300);
                to.json(200, PricedUpstream.answer(100));
              });
      // Each may cost 0.80 and costs 0.10, so only one fits at a time.
      List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(() -> chat(key, PricedUpstream.body(model, 800)));
      }
      for (Future<HttpResponse<String>> each : executor.invokeAll(calls)) {
        assertThat(each.get().statusCode()).isEqualTo(200);
      }
      assertThat(gateway.budgetOf(key).path("settled").asText()).isEqualTo("0.30");
      assertThat(TestingGateway.code(chat(key, PricedUpstream.body(model, 800))))
          .isEqualTo("insufficient_quota");
    }
  }

  @Test
  void aModelWithoutAPriceIsRefusedUnderABudgetOnly() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = gateway.newModel("openai", upstream.upstream().baseUrl(), "unpriced", "", "");
      HttpResponse<String> refused =
          chat(key(budget("9.00", "refuse")), PricedUpstream.body(model, 1));
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(TestingGateway.code(refused)).isEqualTo("model_not_priced");
      assertThat(upstream.served()).isZero();
      assertThat(chat(key(""), PricedUpstream.body(model, 1)).statusCode()).isEqualTo(200);
      assertThat(chat(key(budget("9.00", "observe")), PricedUpstream.body(model, 1)).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void aFailureThatWasCertainlyNotBilledGivesTheHoldBack() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      JsonNode key = key(budget("1.00", "refuse"));
      upstream
          .upstream()
          .script((_, to) -> to.json(400, "{\"error\":{\"message\":\"bad\",\"type\":\"x\"}}"));
      assertThat(chat(key, PricedUpstream.body(model, 900)).statusCode()).isEqualTo(400);
      assertThat(chat(key, PricedUpstream.body(model, 900)).statusCode()).isEqualTo(400);
      JsonNode budget = gateway.budgetOf(key);
      for (int i = 0; i < 50 && !budget.path("held").asText().equals("0.00"); i++) {
        budget = gateway.budgetOf(key);
      }
      assertThat(budget.path("held").asText()).isEqualTo("0.00");
      assertThat(budget.path("settled").asText()).isEqualTo("0.00");
    }
  }

  @Test
  void aBudgetIsSetChangedRaisedAndRemovedWhileItIsInUse() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      JsonNode key = key("");
      assertThat(chat(key, PricedUpstream.body(model, 30)).statusCode()).isEqualTo(200);
      String id = key.path("id").asText();
      String form =
          "{\"scope\":\"key\",\"scope_id\":\"" + id + "\",\"window\":\"month\",\"limit\":\"%s\"%s}";
      JsonNode set = gateway.manage("PUT", "/budgets", form.formatted("0.05", ""));
      assertThat(set.path("settled").asText()).isEqualTo("0.03");
      assertThat(set.path("remaining").asText()).isEqualTo("0.02");
      assertThat(TestingGateway.code(chat(key, PricedUpstream.body(model, 30))))
          .isEqualTo("insufficient_quota");
      JsonNode raised = gateway.manage("PUT", "/budgets", form.formatted("0.10", ""));
      assertThat(raised.path("id")).isEqualTo(set.path("id"));
      assertThat(chat(key, PricedUpstream.body(model, 30)).statusCode()).isEqualTo(200);
      JsonNode lowered = gateway.manage("PUT", "/budgets", form.formatted("0.01", ""));
      assertThat(lowered.path("remaining").asText()).isEqualTo("-0.05");
      assertThat(TestingGateway.code(chat(key, PricedUpstream.body(model, 1))))
          .isEqualTo("insufficient_quota");
      JsonNode lent =
          gateway.manage(
              "PUT",
              "/budgets",
              form.formatted(
                  "0.01", ",\"raise\":{\"to\":\"1.00\",\"until\":\"2099-01-01T00:00:00Z\"}"));
      assertThat(lent.path("limit").asText()).isEqualTo("1.00");
      assertThat(chat(key, PricedUpstream.body(model, 1)).statusCode()).isEqualTo(200);
      gateway.manage("PUT", "/budgets", form.formatted("0.01", ""));
      assertThat(TestingGateway.code(chat(key, PricedUpstream.body(model, 1))))
          .isEqualTo("insufficient_quota");
      String budget = set.path("id").asText();
      assertThat(gateway.tryManage("DELETE", "/budgets/" + budget, "").statusCode()).isEqualTo(204);
      assertThat(gateway.tryManage("DELETE", "/budgets/" + budget, "").statusCode()).isEqualTo(404);
      assertThat(chat(key, PricedUpstream.body(model, 1)).statusCode()).isEqualTo(200);
    }
    assertTheBooksAreInOrder();
  }

  @Test
  void nearTheLimitTheProviderIsAskedToCount() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start((_, to) -> to.json(404, "{}"))) {
      String model = gateway.newModel("anthropic", upstream.baseUrl());
      String digits = "7 ".repeat(3_000);
      String body =
          """
          {"model":"%s","max_tokens":10,"temperature":0.5,
           "messages":[{"role":"user","content":"%s"}]}"""
              .formatted(model, digits);
      // 4,000 tokens at a dollar a million and ten of output fit; bytes and our own count do not.
      String secret = key(budget("0.00445", "refuse")).path("key").asText();
      HttpResponse<String> unknown = gateway.call("/v1/messages", secret, body);
      assertThat(unknown.statusCode()).as(unknown.body()).isEqualTo(429);
      upstream.script(
          (request, to) -> {
            boolean counting = request.head().contains("/messages/count_tokens");
            assertThat(request.body().contains("max_tokens")).isNotEqualTo(counting);
            to.json(
                200,
                counting
                    ? "{\"input_tokens\":4000}"
                    : "{\"type\":\"message\",\"usage\":{\"input_tokens\":4000,"
                        + "\"output_tokens\":5}}");
          });
      HttpResponse<String> told = gateway.call("/v1/messages", secret, body);
      assertThat(told.statusCode()).as(told.body()).isEqualTo(200);
      assertThat(header(told, "x-tollgate-cost")).isEqualTo("0.00401");
    }
  }

  @Test
  void everyLevelCountsAndTheTightestBinds() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      JsonNode unit = gateway.manage("POST", "/business-units", "{\"name\":\"research\"}");
      String unitId = unit.path("id").asText();
      JsonNode team =
          gateway.manage(
              "POST",
              "/business-units",
              "{\"name\":\"vision\",\"parent\":\"%s\"}".formatted(unitId));
      String project =
          gateway
              .manage(
                  "POST",
                  "/projects",
                  "{\"name\":\"p\",\"business_unit\":\"%s\"}".formatted(team.path("id").asText()))
              .path("id")
              .asText();
      JsonNode key = gateway.newKey(project, budget("5.00", "refuse"));
      String form = "{\"scope\":\"%s\",\"scope_id\":\"%s\",\"limit\":\"%s\"}";
      gateway.manage("PUT", "/budgets", form.formatted("business_unit", unitId, "0.02"));
      gateway.manage("PUT", "/budgets", form.formatted("project", project, "0.50"));
      assertThat(chat(key, PricedUpstream.body(model, 10)).statusCode()).isEqualTo(200);
      HttpResponse<String> refused = chat(key, PricedUpstream.body(model, 11));
      assertThat(TestingGateway.code(refused)).isEqualTo("insufficient_quota");
      JsonNode budget = TestingGateway.json(refused.body()).path("error").path("budget");
      assertThat(budget.path("scope").asText()).isEqualTo("business_unit");
      assertThat(budget.has("limit")).isFalse();
      HttpResponse<String> last = chat(key, PricedUpstream.body(model, 10));
      assertThat(last.statusCode()).isEqualTo(200);
      // What is left of the callers' own budgets, not of those above them.
      assertThat(header(last, "x-tollgate-budget-remaining")).isEqualTo("0.48");
      Money settled =
          Money.parseUsd(
              gateway
                  .manage("GET", "/budgets?scope=business_unit&scope_id=" + unitId, "")
                  .path("data")
                  .get(0)
                  .path("settled")
                  .asText());
      assertThat(settled).isEqualTo(Money.parseUsd("0.02"));
      assertThat(
              gateway
                  .tryManage(
                      "PATCH",
                      "/business-units/" + unitId,
                      "{\"parent\":\"%s\"}".formatted(team.path("id").asText()))
                  .statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void badFormsNameTheFieldAndLeaveNothingBehind() {
    String project = gateway.newProject();
    for (String[] each :
        new String[][] {
          {"\"limit\":\"ten\"", "budget.limit"},
          {"\"limit\":\"-1\"", "budget.limit"},
          {"\"limit\":\"1\",\"window\":\"hour\"", "budget.window"},
          {"\"limit\":\"1\",\"policy\":\"maybe\"", "budget.policy"},
          {"\"limit\":\"1\",\"colour\":\"red\"", "budget.colour"},
          {"\"window\":\"day\"", "budget.limit"}
        }) {
      HttpResponse<String> refused =
          gateway.tryManage(
              "POST",
              "/keys",
              "{\"name\":\"bad\",\"project\":\"%s\",\"budget\":{%s}}".formatted(project, each[0]));
      assertThat(refused.statusCode()).as(each[0]).isEqualTo(400);
      assertThat(TestingGateway.json(refused.body()).path("errors").get(0).path("field").asText())
          .isEqualTo(each[1]);
    }
    assertThat(gateway.manage("GET", "/keys?project=" + project, "").path("data")).isEmpty();
    HttpResponse<String> nowhere =
        gateway.tryManage(
            "PUT",
            "/budgets",
            """
            {"scope":"project","scope_id":"prj_01m7xc4k40e008000000000000","limit":"1"}""");
    assertThat(nowhere.statusCode()).isEqualTo(400);
    assertThat(nowhere.body()).contains("There is no such project.");
  }
}
