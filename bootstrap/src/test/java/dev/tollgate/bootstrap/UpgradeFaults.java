package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Two nodes of an older version and one of this on one database, under calls. Not part of `./mvnw
/// verify`, for it builds the older version: `bench/faults upgrade COMMIT`.
class UpgradeFaults {
  /// The root of a built tree of the older version.
  private static final Path OLD = Path.of(System.getProperty("tollgate.old", ""));

  private static final int CALLERS = 8;

  private final List<TestingGateway> rotation = new CopyOnWriteArrayList<>();
  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
  private final AtomicInteger next = new AtomicInteger();
  private volatile boolean over;
  private volatile Phase phase = Phase.WARMING_UP;

  private enum Phase {
    WARMING_UP,
    USUAL,
    UPGRADE
  }

  /// One call.
  private record Seen(int status, long millis, Phase phase, String body) {}

  @Test
  void oldAndNewSideBySide() throws Exception {
    Path root = TidyTest.root();
    assertThat(OLD.resolve("tollgate")).exists();
    Path folder = Files.createTempDirectory("tollgate-upgrade");
    try (Part postgres =
            Part.start(folder, root, "postgres", "postgres --data db", Map.of(), "is ready");
        PricedUpstream upstream = new PricedUpstream().pausing(20)) {
      Map<String, String> settings = settings(folder, root);
      try (Part first = node(folder, OLD, 1, settings);
          ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        TestingGateway gateway = first.gateway(folder);
        String model = upstream.model(gateway);
        JsonNode key =
            gateway.newKey(
                gateway.newProject(),
                "\"budget\":{\"limit\":\"100000.00\",\"window\":\"day\",\"policy\":\"refuse\"}");
        rotation.add(gateway);
        String project = gateway.newProject();
        HttpResponse<String> before = createOnce(gateway, project);
        Part second = node(folder, OLD, 2, settings);
        rotation.add(second.gateway(folder));
        for (int i = 0; i < CALLERS; i++) {
          callers.execute(() -> callOnAndOn(key.path("key").asText(), model));
        }
        Thread.sleep(6_000);
        phase = Phase.USUAL;
        Thread.sleep(6_000);
        phase = Phase.UPGRADE;
        Part newer = node(folder, root, 3, settings);
        rotation.add(newer.gateway(folder));
        nothingHappensTwice(gateway, newer.known(), before, project);
        Thread.sleep(5_000);
        // A load balancer takes a node out before it is stopped.
        TestingGateway restarting = rotation.get(1);
        rotation.remove(restarting);
        second.stop();
        second = node(folder, OLD, 2, settings);
        rotation.add(second.gateway(folder));
        Thread.sleep(5_000);
        rotation.remove(gateway);
        rotation.remove(
            rotation.stream().filter(each -> each != newer.known()).findFirst().orElseThrow());
        second.stop();
        first.stop();
        Thread.sleep(4_000);
        over = true;
        callers.shutdown();
        assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

        try {
          judge(newer.known(), key.path("id").asText());
        } finally {
          newer.stop();
        }
      }
      assertThat(postgres.isAlive()).isTrue();
    }
  }

  /// What the version before has answered is known to the new one; the other way round nothing is
  /// done twice, either.
  private static void nothingHappensTwice(
      TestingGateway older, TestingGateway newer, HttpResponse<String> before, String project) {
    HttpResponse<String> again = createOnce(newer, project);
    assertThat(again.statusCode()).as(again.body()).isEqualTo(201);
    assertThat(TestingGateway.json(again.body()).path("id"))
        .isEqualTo(TestingGateway.json(before.body()).path("id"));
    assertThat(again.headers().firstValue("idempotent-replayed")).contains("true");
    assertThat(createOnce(newer, project + "-2", project).statusCode()).isEqualTo(201);
    assertThat(createOnce(older, project + "-2", project).statusCode()).isEqualTo(422);
    assertThat(older.manage("GET", "/keys?project=" + project, "").path("data")).hasSize(2);
  }

  private static HttpResponse<String> createOnce(TestingGateway gateway, String project) {
    return createOnce(gateway, project, project);
  }

  private static HttpResponse<String> createOnce(
      TestingGateway gateway, String under, String project) {
    return gateway.send(
        HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1/keys"))
            .header("Authorization", "Bearer " + gateway.adminToken())
            .header("Idempotency-Key", under)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"name\":\"once\",\"project\":\"" + project + "\"}"))
            .build());
  }

  private void callOnAndOn(String key, String model) {
    while (!over) {
      TestingGateway node = rotation.get(Math.floorMod(next.getAndIncrement(), rotation.size()));
      long began = System.nanoTime();
      Phase during = phase;
      int status = 0;
      String body;
      try {
        HttpResponse<String> answer =
            node.call("/v1/chat/completions", key, PricedUpstream.body(model, 10));
        status = answer.statusCode();
        body = answer.body();
      } catch (RuntimeException e) {
        body = e.toString();
      }
      seen.add(
          new Seen(status, Duration.ofNanos(System.nanoTime() - began).toMillis(), during, body));
    }
  }

  private void judge(TestingGateway gateway, String key) throws InterruptedException {
    long slowestBefore = slowest(Phase.USUAL);
    long slowest = slowest(Phase.UPGRADE);
    System.out.printf(
        "upgrade: %d calls, slowest %d ms before and %d ms during it%n",
        seen.size(), slowestBefore, slowest);
    assertThat(seen).allMatch(each -> each.status() == 200);
    assertThat(slowest).isLessThanOrEqualTo(slowestBefore + 1_000);
    Thread.sleep(1_000);
    JsonNode usage = gateway.manage("GET", "/usage?group_by=key&key=" + key, "");
    assertThat(usage.at("/data/0/calls").asInt()).isEqualTo(seen.size());
    assertThat(gateway.manage("POST", "/ledger/verify", "").path("violations")).isEmpty();
  }

  private long slowest(Phase during) {
    return seen.stream()
        .filter(each -> each.phase() == during)
        .mapToLong(Seen::millis)
        .max()
        .orElseThrow();
  }

  private static Map<String, String> settings(Path folder, Path root) throws Exception {
    Map<String, String> settings = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve("db/database.env"))) {
      int equals = line.indexOf('=');
      settings.put(
          line.substring("export ".length(), equals), line.substring(equals + 1).replace("'", ""));
    }
    Part.run(folder, root, "init --keys " + folder.resolve("master.keys"));
    settings.put("TOLLGATE_KEYS_FILE", folder.resolve("master.keys").toString());
    settings.put("TOLLGATE_BOOTSTRAP_TOKEN_FILE", folder.resolve("admin.token").toString());
    settings.put("TOLLGATE_HTTP_HOST", "127.0.0.1");
    return settings;
  }

  private static Part node(Path folder, Path tree, int number, Map<String, String> settings)
      throws Exception {
    Map<String, String> own = new HashMap<>(settings);
    own.put("TOLLGATE_HTTP_PORT", Integer.toString(Part.port(number)));
    own.put("TOLLGATE_HTTP_OPS_PORT", Integer.toString(Part.port(number) + 50));
    if (Files.exists(tree.resolve("adapters-grpc/pom.xml"))) {
      own.put("TOLLGATE_GRPC_PORT", Integer.toString(Part.port(number) + 100));
    }
    own.put("TOLLGATE_NODE", Integer.toString(number));
    return Part.start(
        folder,
        tree,
        "node" + number,
        "serve --config '" + tree.resolve("deploy/tollgate.yaml") + "'",
        own,
        "Tollgate is ready");
  }

  /// A process of the trial.
  private static final class Part implements AutoCloseable {
    private final Process process;
    private final int port;
    private @Nullable TestingGateway known;

    private Part(Process process, int port) {
      this.process = process;
      this.port = port;
    }

    static int port(int number) {
      return 21_000 + (int) (ProcessHandle.current().pid() % 8_000) + number;
    }

    static Part start(
        Path folder,
        Path tree,
        String name,
        String command,
        Map<String, String> settings,
        String ready)
        throws Exception {
      Path log = folder.resolve(name + ".log");
      Files.deleteIfExists(log);
      Process process = launch(folder, tree, command, settings, log);
      RunningProgram.awaitOutput(
          process, log, Duration.ofSeconds(90), written -> written.contains(ready));
      int number = name.startsWith("node") ? Integer.parseInt(name.substring(4)) : 0;
      return new Part(process, port(number));
    }

    static void run(Path folder, Path tree, String command) throws Exception {
      Path log = folder.resolve("init.log");
      assertThat(launch(folder, tree, command, Map.of(), log).waitFor()).isZero();
    }

    private static Process launch(
        Path folder, Path tree, String command, Map<String, String> settings, Path log)
        throws Exception {
      ProcessBuilder builder =
          new ProcessBuilder("sh", "-c", "exec '" + tree.resolve("tollgate") + "' " + command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().putAll(settings);
      builder.environment().put("TOLLGATE_NO_BUILD", "1");
      builder.environment().put("TOLLGATE_HEAP", "512m");
      builder.environment().put("TOLLGATE_JAVA_HOME", System.getProperty("java.home"));
      return builder.start();
    }

    TestingGateway gateway(Path folder) throws Exception {
      TestingGateway found =
          TestingGateway.at(
              "http://127.0.0.1:" + port, Files.readString(folder.resolve("admin.token")).strip());
      known = found;
      return found;
    }

    TestingGateway known() {
      return Objects.requireNonNull(known);
    }

    boolean isAlive() {
      return process.isAlive();
    }

    /// Stops it as an operator would.
    void stop() throws InterruptedException {
      process.destroy();
      if (!process.waitFor(90, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("a part of the trial does not stop");
      }
    }

    @Override
    public void close() {
      try {
        stop();
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
