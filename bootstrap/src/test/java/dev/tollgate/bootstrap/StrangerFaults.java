package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Strangers cost nothing. Not part of `./mvnw verify`, for it takes minutes: `bench/faults
/// strangers`.
class StrangerFaults {
  private static final int SECONDS = Integer.getInteger("tollgate.seconds", 60);
  private static final int ROUNDS = 3;
  private static final int CALLERS = 4;
  private static final long PACE_MILLIS = 100;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void callsOfAGoodKeyGoOn() throws Exception {
    Path folder = RunningProgram.newFolder();
    try (RunningProgram program =
        RunningProgram.start(folder, "./tollgate dev --port 0 --ops-port 0 --grpc-port 0")) {
      Map<String, String> env = program.env();
      String url = RunningProgram.setting(env, "TOLLGATE_URL");
      String ops = RunningProgram.setting(env, "TOLLGATE_OPS");
      String key = RunningProgram.setting(env, "OPENAI_API_KEY");
      int port = URI.create(url).getPort();
      load(url, key, 15);
      program.collectGarbage();
      long held = heap(ops);
      List<Double> ratios = new ArrayList<>();
      List<Long> slowest = new ArrayList<>();
      for (int round = 1; round <= ROUNDS; round++) {
        long alone = p99(load(url, key, 15));
        long heapBefore = heap(ops);
        try (Strangers strangers = new Strangers(port)) {
          strangers.begin(400, 5_000, 3_000, 20);
          Thread.sleep(5_000);
          List<Long> beside = load(url, key, SECONDS);
          String ready = get(ops + "/health/ready").body();
          slowest.add(p99(beside));
          ratios.add((double) p99(beside) / alone);
          System.out.printf(
              "strangers: round %d: p99 %d ms alone, %d ms beside %d wrong keys a second, %d bodies"
                  + " and %d idle connections; heap %d MiB, then %d MiB; %s%n",
              round,
              alone,
              p99(beside),
              strangers.wrong() / (SECONDS + 5),
              strangers.bodies(),
              strangers.idle(),
              heapBefore,
              heap(ops),
              ready);
          assertThat(ready).contains("UP");
        }
        Thread.sleep(3_000);
      }
      program.collectGarbage();
      long heldAfter = heap(ops);
      System.out.printf("strangers: %d MiB held before, %d MiB after%n", held, heldAfter);
      assertThat(heldAfter).isLessThanOrEqualTo(held + 64);
      Collections.sort(ratios);
      Collections.sort(slowest);
      System.out.printf(
          "strangers: median ratio %.2f, median p99 %d ms%n", ratios.get(1), slowest.get(1));
      assertThat(slowest.get(1)).isLessThanOrEqualTo(500);
      assertThat(ratios.get(1)).isLessThanOrEqualTo(5.0);
    }
  }

  /// Milliseconds of each call; every one must be answered.
  private List<Long> load(String url, String key, int seconds) throws InterruptedException {
    List<Long> millis = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger failed = new AtomicInteger();
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      for (int i = 0; i < CALLERS; i++) {
        callers.execute(
            () -> {
              try {
                while (System.nanoTime() < end) {
                  long began = System.nanoTime();
                  failed.addAndGet(call(url, key) == 200 ? 0 : 1);
                  millis.add(Duration.ofNanos(System.nanoTime() - began).toMillis());
                  Thread.sleep(PACE_MILLIS);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
      }
    }
    assertThat(failed.get()).as("calls of a good key that failed").isZero();
    return millis;
  }

  private int call(String url, String key) throws InterruptedException {
    try {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(url + "/v1/embeddings"))
                  .timeout(Duration.ofSeconds(20))
                  .header("authorization", "Bearer " + key)
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"model\":\"sim-embed\",\"input\":\"hello\"}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private HttpResponse<String> get(String url) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private long heap(String ops) throws Exception {
    for (String line : get(ops + "/metrics").body().lines().toList()) {
      if (line.startsWith("jvm_heap_used_bytes")) {
        return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)) >> 20;
      }
    }
    throw new AssertionError("no heap in the metrics");
  }

  private static long p99(List<Long> millis) {
    List<Long> sorted = new ArrayList<>(millis);
    Collections.sort(sorted);
    return Math.max(1, sorted.get((int) (sorted.size() * 0.99)));
  }
}
