package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.money.Money;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// A provider that swallows every request for half an hour, with time-outs shortened to a second,
/// under agents that go on until their budgets are used up.
class BlackHoleTest {
  private static final int AGENTS = Integer.getInteger("tollgate.agents", 500);
  private static final int MOST_CALLS = 10;

  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void afterTheReversalTheBudgetsAreUsableAgain() throws Exception {
    Instant from = Instant.now();
    try (ScriptedUpstream upstream = ScriptedUpstream.start((_, to) -> to.awaitHangup(5_000));
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      String model =
          gateway.newModel(
              "openai",
              upstream.baseUrl(),
              "black-hole",
              "\"timeouts\":{\"connect\":\"PT2S\",\"first_byte\":\"PT1S\",\"whole\":\"PT1S\","
                  + "\"total\":\"PT1S\"}",
              "\"input\":\"1.00\",\"output\":\"1000.00\"");
      String project = gateway.newProject();
      List<JsonNode> keys = new ArrayList<>();
      for (int i = 0; i < AGENTS; i++) {
        keys.add(gateway.newKey(project, "\"budget\":{\"limit\":\"0.10\",\"window\":\"total\"}"));
      }
      List<Callable<Integer>> agents = new ArrayList<>();
      for (JsonNode key : keys) {
        agents.add(() -> callUntilRefused(key, model));
      }
      int estimated = 0;
      for (Future<Integer> agent : executor.invokeAll(agents)) {
        estimated += agent.get();
      }
      assertThat(estimated).as("calls that were paid at their bounds").isEqualTo(2 * AGENTS);

      JsonNode dry = reverse(model, from, true);
      assertThat(dry.path("calls").asInt()).isEqualTo(estimated);
      assertThat(Money.parseUsd(dry.path("amount").asText()).nanos())
          .isGreaterThan(Money.parseUsd("0.08").nanos() * AGENTS);
      assertThat(TestingGateway.code(chat(keys.getFirst(), model)))
          .as("a dry run")
          .isEqualTo("insufficient_quota");
      JsonNode done = reverse(model, from, false);
      assertThat(done.path("calls").asInt()).isEqualTo(estimated);

      upstream.script((request, to) -> to.json(200, PricedUpstream.answer(40)));
      List<Callable<Integer>> again = new ArrayList<>();
      for (JsonNode key : keys) {
        again.add(() -> chat(key, model).statusCode() == 200 ? 1 : 0);
      }
      int usable = 0;
      for (Future<Integer> agent : executor.invokeAll(again)) {
        usable += agent.get();
      }
      assertThat(usable * 100).isGreaterThanOrEqualTo(99 * AGENTS);
    }
    JsonNode verified = gateway.manage("POST", "/ledger/verify", "");
    assertThat(verified.path("ok").asBoolean()).as("%s", verified).isTrue();
  }

  private int callUntilRefused(JsonNode key, String model) {
    for (int calls = 0; calls < MOST_CALLS; calls++) {
      HttpResponse<String> response = chat(key, model);
      if (response.statusCode() != 504) {
        assertThat(TestingGateway.code(response)).isEqualTo("insufficient_quota");
        return calls;
      }
    }
    throw new AssertionError("its budget is never used up");
  }

  private JsonNode reverse(String model, Instant from, boolean dryRun) {
    String provider = "";
    for (JsonNode each : gateway.manage("GET", "/models?limit=100", "").path("data")) {
      if (each.path("name").asText().equals(model)) {
        provider = each.path("deployments").get(0).path("provider").asText();
      }
    }
    return gateway.manage(
        "POST",
        "/ledger/estimates:reverse",
        """
        {"provider":"%s","from":"%s","to":"%s","reason":"outage","dry_run":%s}"""
            .formatted(provider, from.minusSeconds(60), Instant.now().plusSeconds(60), dryRun));
  }

  private HttpResponse<String> chat(JsonNode key, String model) {
    return gateway.call(
        "/v1/chat/completions", key.path("key").asText(), PricedUpstream.body(model, 40));
  }
}
