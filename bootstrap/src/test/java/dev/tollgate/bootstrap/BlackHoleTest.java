package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.money.Money;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A provider that swallows every request for half an hour, under agents that go on until their
/// budgets are used up. Time-outs are a second long, and the half hour is the gateway's and the
/// database's, which the test moves.
class BlackHoleTest {
  private static final int AGENTS = Integer.getInteger("tollgate.agents", 500);
  private static final Duration OUTAGE = Duration.ofMinutes(30);

  private static final MovedClock CLOCK = new MovedClock();
  private static TestingGateway gateway;
  private static Path data;

  @BeforeAll
  static void start(@TempDir Path folder) {
    data = folder;
    gateway = TestingGateway.start(folder, CLOCK);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static String model(ScriptedUpstream upstream) {
    return gateway.newModel(
        "openai",
        upstream.baseUrl(),
        "black-hole",
        "\"timeouts\":{\"connect\":\"PT2S\",\"first_byte\":\"PT1S\",\"whole\":\"PT1S\","
            + "\"total\":\"PT1S\"}",
        "\"input\":\"1.00\",\"output\":\"1000.00\"");
  }

  private static ScriptedUpstream blackHole() {
    return ScriptedUpstream.start((_, to) -> to.awaitHangup(5_000));
  }

  private static List<JsonNode> keys(int count) {
    String project = gateway.newProject();
    List<JsonNode> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      keys.add(gateway.newKey(project, "\"budget\":{\"limit\":\"0.10\",\"window\":\"total\"}"));
    }
    return keys;
  }

  @Test
  void afterTheReversalTheBudgetsAreUsableAgain() throws Exception {
    Instant from = CLOCK.instant();
    try (ScriptedUpstream upstream = blackHole()) {
      String model = model(upstream);
      List<JsonNode> keys = keys(AGENTS);
      // Two calls of each agent are paid at their bounds, in the first minute and in the last.
      assertThat(statuses(keys, model)).containsExactly(504);
      CLOCK.move(OUTAGE, gateway);
      assertThat(statuses(keys, model)).containsExactly(504);
      assertThat(statuses(keys, model)).containsExactly(429);
      assertThat(TestingGateway.code(chat(keys.getFirst(), model))).isEqualTo("insufficient_quota");

      JsonNode early = reverse(model, from, from.plus(OUTAGE.dividedBy(2)), true);
      assertThat(early.path("calls").asInt()).as("in the first half").isEqualTo(AGENTS);
      Instant to = CLOCK.instant().plusSeconds(60);
      JsonNode dry = reverse(model, from, to, true);
      assertThat(dry.path("calls").asInt()).isEqualTo(2 * AGENTS);
      assertThat(Money.parseUsd(dry.path("amount").asText()).nanos())
          .isGreaterThan(Money.parseUsd("0.08").nanos() * AGENTS);
      assertThat(TestingGateway.code(chat(keys.getFirst(), model)))
          .as("a dry run")
          .isEqualTo("insufficient_quota");
      assertThat(reverse(model, from, to, false).path("calls").asInt()).isEqualTo(2 * AGENTS);

      upstream.script((_, answer) -> answer.json(200, PricedUpstream.answer(40)));
      long usable = all(keys, model).stream().filter(status -> status == 200).count();
      assertThat(usable * 100).isGreaterThanOrEqualTo(99L * AGENTS);
    }
    JsonNode verified = gateway.manage("POST", "/ledger/verify", "");
    assertThat(verified.path("ok").asBoolean()).as("%s", verified).isTrue();
  }

  @Test
  void whatNobodyCorrectedForTwoDaysIsListed() throws Exception {
    Instant from = CLOCK.instant();
    try (ScriptedUpstream upstream = blackHole()) {
      String model = model(upstream);
      List<JsonNode> keys = keys(1);
      assertThat(statuses(keys, model)).containsExactly(504);
      String call = gateway.lastCall(keys.getFirst().path("id").asText()).path("id").asText();
      CLOCK.move(Duration.ofHours(47), gateway);
      assertThat(listed()).doesNotContain(call);
      CLOCK.move(Duration.ofHours(2), gateway);
      assertThat(listed()).contains(call);
      String deployment = "\"deployment\":\"" + gateway.providerOf(model) + "/black-hole\"";
      assertThat(reversed(deployment, from, 200)).contains("\"calls\":1");
      assertThat(listed()).doesNotContain(call);
      assertThat(reversed(deployment, from, 200)).as("once more").contains("\"calls\":0");
      assertThat(reversed("\"provider\":\"nobody\"", from, 400)).contains("\"provider\"");
      assertThat(reversed("\"deployment\":\"nobody/x\"", from, 400)).contains("\"deployment\"");
      assertThat(reversed("\"deployment\":\"x\"", from, 400)).contains("\"deployment\"");
      assertThat(reversed("\"region\":\"eu\"", from, 400)).contains("region");
      assertThat(reversed(deployment, CLOCK.instant().plusSeconds(60), 400)).contains("\"from\"");
    }
  }

  private static String reversed(String what, Instant from, int status) {
    HttpResponse<String> response =
        gateway.tryManage(
            "POST",
            "/ledger/estimates:reverse",
            "{%s,\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"outage\",\"dry_run\":false}"
                .formatted(what, from, CLOCK.instant()));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return response.body();
  }

  private static String listed() {
    return gateway.manage("GET", "/ledger/estimates?limit=100", "").toString();
  }

  /// A price of an hour ago holds for a node whose clock is two hours behind.
  @Test
  void pricesAreChosenByTheTimeOfTheDatabase() throws Exception {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      gateway.manage(
          "PUT",
          "/prices",
          """
          {"provider":"%s","model":"m","effective_from":"%s","input":"0","output":"2000.00"}"""
              .formatted(gateway.providerOf(model), CLOCK.instant().minusSeconds(3_600)));
      JsonNode key = keys(1).getFirst();
      CLOCK.moveAlone(Duration.ofHours(-2));
      try {
        // The answer to its batch tells the node what time it is.
        assertThat(chat(key, model).statusCode()).isEqualTo(200);
        JsonNode second = gateway.newKey(gateway.newProject(), "");
        assertThat(chat(second, model).statusCode()).isEqualTo(200);
        assertThat(gateway.lastCall(second.path("id").asText()).path("cost").asText())
            .isEqualTo("0.08");
      } finally {
        CLOCK.moveAlone(Duration.ofHours(2));
        chat(key, model);
      }
    }
  }

  /// No node in production decides by a time that somebody moved.
  @Test
  void aNodeThatServesRefusesAMovedTime() throws Exception {
    CLOCK.move(Duration.ZERO, gateway);
    Settings settings = gateway.ofNodeBeside(data, "");
    assertThatThrownBy(() -> ServeNode.start(settings))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("tollgate.at()");
  }

  private static Set<Integer> statuses(List<JsonNode> keys, String model) throws Exception {
    return new TreeSet<>(all(keys, model));
  }

  /// One call of each key, all at once.
  private static List<Integer> all(List<JsonNode> keys, String model) throws Exception {
    List<Callable<Integer>> calls = new ArrayList<>();
    for (JsonNode key : keys) {
      calls.add(() -> chat(key, model).statusCode());
    }
    List<Integer> statuses = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> call : executor.invokeAll(calls)) {
        statuses.add(call.get());
      }
    }
    return statuses;
  }

  private static JsonNode reverse(String model, Instant from, Instant to, boolean dryRun) {
    return gateway.manage(
        "POST",
        "/ledger/estimates:reverse",
        """
        {"provider":"%s","from":"%s","to":"%s","reason":"outage","dry_run":%s}"""
            .formatted(gateway.providerOf(model), from, to, dryRun));
  }

  private static HttpResponse<String> chat(JsonNode key, String model) {
    return gateway.call(
        "/v1/chat/completions", key.path("key").asText(), PricedUpstream.body(model, 40));
  }
}
