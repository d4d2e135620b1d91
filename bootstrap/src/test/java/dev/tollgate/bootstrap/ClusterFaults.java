package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.persistence.cluster.ClusterSettings;
import dev.tollgate.persistence.cluster.HazelcastCluster;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Three nodes in trouble. Not part of `./mvnw verify`, for it takes minutes: `bench/faults NAME`.
class ClusterFaults {
  private static final int REPETITIONS = Integer.getInteger("tollgate.repetitions", 5);
  private static final int KILLS = Integer.getInteger("tollgate.kills", 3);
  private static final int PAUSES = Integer.getInteger("tollgate.pauses", 1);
  private static final int PAUSE_SECONDS = Integer.getInteger("tollgate.pause.seconds", 30);

  /// Of holds whose node is gone; the provider's total time-out and this are five seconds.
  private static final Map<String, String> SHORT_HOLDS =
      Map.of("TOLLGATE_LEDGER_HOLD_GRACE", "PT1S");

  private static final String IMPATIENT = "\"timeouts\":{\"total\":\"PT4S\"}";

  private final Map<String, String> answered = new ConcurrentHashMap<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger broken = new AtomicInteger();

  @Test
  void race() throws Exception {
    try (RunningCluster cluster = RunningCluster.start(3, Map.of());
        PricedUpstream upstream = new PricedUpstream();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      TestingGateway gateway = cluster.gateway();
      String model = upstream.model(gateway);
      String key = gateway.newKey(gateway.newProject(), "").path("key").asText();
      Thread.sleep(2_000);
      Money limit = Money.ZERO;
      for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        limit = limit.plus(Money.parseUsd("1.00"));
        limitTenant(gateway, limit);
        upstream.forget();
        List<Callable<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          TestingGateway node = cluster.node(1 + i % 3);
          calls.add(() -> node.call("/v1/chat/completions", key, PricedUpstream.body(model, 10)));
        }
        int answers = 0;
        for (Future<HttpResponse<String>> each : executor.invokeAll(calls)) {
          HttpResponse<String> response = each.get();
          answers += response.statusCode() == 200 ? 1 : 0;
          assertThat(response.statusCode()).as(response.body()).isIn(200, 429);
        }
        assertThat(answers).as("repetition %s", repetition).isEqualTo(100);
        assertThat(upstream.served()).isEqualTo(100);
      }
      assertInOrder(gateway);
      System.out.printf("race: %d repetitions%n", REPETITIONS);
    }
  }

  private static void limitTenant(TestingGateway gateway, Money limit) {
    gateway.manage(
        "PUT",
        "/budgets",
        "{\"scope\":\"tenant\",\"window\":\"total\",\"limit\":\"%s\"}".formatted(limit.usd()));
  }

  private static void assertInOrder(TestingGateway gateway) {
    assertThat(gateway.manage("POST", "/ledger/verify", "").path("violations")).isEmpty();
  }

  @Test
  void kill() throws Exception {
    try (RunningCluster cluster = RunningCluster.start(3, SHORT_HOLDS);
        PricedUpstream upstream = new PricedUpstream().pausing(30);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      TestingGateway gateway = cluster.gateway();
      String model = upstream.model(gateway, IMPATIENT);
      String key = budgeted(gateway);
      Thread.sleep(2_000);
      try {
        load(executor, gateway, key, model);
        Random random = new Random(5);
        for (int i = 0; i < KILLS; i++) {
          Thread.sleep(1_000 + random.nextInt(500));
          int node = 1 + random.nextInt(3);
          cluster.signal(node, "KILL");
          Thread.sleep(500);
          cluster.restart(node);
        }
        Thread.sleep(1_000);
      } finally {
        over.set(true);
      }
      awaitNoOpenHold(gateway);
      assertEveryAnswerIsBooked(gateway);
      assertInOrder(gateway);
      System.out.printf(
          "kill: %d kills, %d answers, %d broken%n", KILLS, answered.size(), broken.get());
    }
  }

  private static String budgeted(TestingGateway gateway) {
    return gateway
        .newKey(
            gateway.newProject(),
            "\"budget\":{\"limit\":\"100000\",\"window\":\"total\",\"policy\":\"refuse\"}")
        .path("key")
        .asText();
  }

  /// About a hundred calls a second.
  private void load(ExecutorService executor, TestingGateway gateway, String key, String model) {
    for (int i = 0; i < 10; i++) {
      int cost = i + 1;
      var _ =
          executor.submit(
              () -> {
                while (!over.get()) {
                  call(gateway, key, PricedUpstream.body(model, cost));
                  Thread.sleep(60);
                }
                return null;
              });
    }
  }

  private void call(TestingGateway gateway, String key, String body) {
    try {
      HttpResponse<String> response = gateway.call("/v1/chat/completions", key, body);
      boolean pending = response.headers().firstValue("x-tollgate-settlement").isPresent();
      if (response.statusCode() == 200 && !pending) {
        answered.put(
            response.headers().firstValue("x-request-id").orElseThrow(),
            response.headers().firstValue("x-tollgate-cost").orElseThrow());
      } else {
        broken.incrementAndGet();
      }
    } catch (RuntimeException e) {
      broken.incrementAndGet();
    }
  }

  private static void awaitNoOpenHold(TestingGateway gateway) {
    Eventually.answer(
        "no hold is open",
        Duration.ofSeconds(90),
        () -> gateway.manage("POST", "/ledger/verify", "").path("open_holds").asInt(),
        open -> open == 0);
  }

  private void assertEveryAnswerIsBooked(TestingGateway gateway) {
    assertThat(answered).isNotEmpty();
    answered.forEach(
        (call, cost) -> {
          JsonNode booked = gateway.manage("GET", "/calls/" + call, "");
          assertThat(booked.path("cost").asText()).as(call).isEqualTo(cost);
          assertThat(booked.path("estimated").asBoolean()).as(call).isFalse();
        });
  }

  @Test
  void pause() throws Exception {
    try (RunningCluster cluster = RunningCluster.start(3, SHORT_HOLDS);
        PricedUpstream upstream = new PricedUpstream().pausing(50);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      TestingGateway gateway = cluster.gateway();
      String model = upstream.model(gateway, IMPATIENT);
      String key = budgeted(gateway);
      Money limit = Money.parseUsd("20.00");
      limitTenant(gateway, limit);
      Thread.sleep(2_000);
      try {
        load(executor, gateway, key, model);
        for (int i = 0; i < PAUSES; i++) {
          Thread.sleep(1_000);
          int node = 1 + i % 3;
          cluster.signal(node, "STOP");
          Thread.sleep(PAUSE_SECONDS * 1_000L);
          cluster.signal(node, "CONT");
          long resumed = System.nanoTime();
          awaitThreeMembers(cluster);
          System.out.printf(
              "pause: together again after %d ms%n", (System.nanoTime() - resumed) / 1_000_000);
        }
        Thread.sleep(3_000);
      } finally {
        over.set(true);
      }
      awaitNoOpenHold(gateway);
      assertEveryAnswerIsBooked(gateway);
      assertInOrder(gateway);
      JsonNode budget = gateway.manage("GET", "/budgets?scope=tenant", "").path("data").get(0);
      assertThat(Money.parseUsd(budget.path("settled").asText())).isLessThanOrEqualTo(limit);
      assertTheNodesShowEachOther(cluster, budget);
      System.out.printf(
          "pause: %d pauses of %d s, %d answers, %d others, $%s of $%s%n",
          PAUSES,
          PAUSE_SECONDS,
          answered.size(),
          broken.get(),
          budget.path("settled").asText(),
          limit.usd());
    }
  }

  /// A further member joins and looks: within ten seconds the view is what PostgreSQL says.
  private static void assertTheNodesShowEachOther(RunningCluster cluster, JsonNode budget)
      throws Exception {
    Money settled = Money.parseUsd(budget.path("settled").asText());
    BudgetId id = BudgetId.parse(budget.path("id").asText());
    ClusterSettings settings =
        new ClusterSettings("tollgate", "127.0.0.1", freePort(), cluster.members(), null);
    try (HazelcastCluster member =
        new HazelcastCluster(
            settings, new HazelcastCluster.Listener(_ -> {}, () -> {}, () -> {}))) {
      Balance seen =
          Eventually.answer(
              "what is settled is seen",
              () -> member.seen(id),
              each -> each != null && each.posted().equals(settled));
      assertThat(member.members()).isEqualTo(4);
      assertThat(seen).isNotNull();
      assertThat(seen.posted()).isEqualTo(settled);
      assertThat(seen.held()).isEqualTo(Money.ZERO);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /// The halves have met again.
  private static void awaitThreeMembers(RunningCluster cluster) {
    for (int node = 1; node <= 3; node++) {
      URI metrics = URI.create(cluster.opsUrl(node) + "/metrics");
      Eventually.holds(
          "node " + node + " sees three members",
          Duration.ofMinutes(1),
          () ->
              cluster
                  .gateway()
                  .send(HttpRequest.newBuilder(metrics).build())
                  .body()
                  .matches("(?s).*tollgate_cluster_members[^\\n]* 3(?:\\.0)?\\n.*"));
    }
  }
}
