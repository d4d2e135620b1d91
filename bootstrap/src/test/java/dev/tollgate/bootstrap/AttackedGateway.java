package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A gateway of 256 MiB and two cores, on which strangers are let loose. Whatever they do, calls on
/// `/v1` go on, gRPC goes on on both servers, and what they took comes back.
final class AttackedGateway implements AutoCloseable {
  private static final String CALL = "{\"model\":\"sim-embed\",\"input\":\"hello\"}";
  private static final int MORE_HEAP_MIB = 10;
  private static final int MORE_THREADS = 40;
  private static final int MORE_LINES = 12;
  private static final int LONGEST_SECONDS = 10;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final RunningProgram program;
  private final Map<String, String> env;
  private final int nettyPort;
  private final int helidonPort;

  enum Server {
    NETTY,
    HELIDON
  }

  private AttackedGateway(RunningProgram program) throws Exception {
    this.program = program;
    this.env = program.env();
    this.nettyPort =
        Integer.parseInt(RunningProgram.setting(env, "TOLLGATE_GRPC").replaceFirst(".*:", ""));
    Matcher helidon = Pattern.compile("localhost:(\\d+)  \\(by Helidon").matcher(program.output());
    assertThat(helidon.find()).isTrue();
    this.helidonPort = Integer.parseInt(helidon.group(1));
    for (int i = 0; i < 3; i++) {
      goesOn();
    }
  }

  static AttackedGateway start() throws Exception {
    return new AttackedGateway(
        RunningProgram.start(
            RunningProgram.newFolder(),
            "env TOLLGATE_JAVA_OPTS='-Xmx256m -XX:ActiveProcessorCount=2' ./tollgate dev --port 0"
                + " --ops-port 0 --grpc-port 0 --helidon-grpc-port 0"));
  }

  int port(Server server) {
    return server == Server.NETTY ? nettyPort : helidonPort;
  }

  String adminToken() {
    return RunningProgram.setting(env, "TOLLGATE_ADMIN_TOKEN");
  }

  /// A fresh caller of each kind is served.
  void goesOn() throws Exception {
    for (Server server : Server.values()) {
      try (TestingGrpc grpc = new TestingGrpc(port(server), adminToken())) {
        long began = System.nanoTime();
        TestingGrpc.Answer answer = grpc.ask("ListKeys", "{\"limit\":1}");
        assertThat(answer.code()).as(answer.detail()).isEqualTo("OK");
        assertThat(seconds(began)).isLessThan(LONGEST_SECONDS);
      }
    }
    long began = System.nanoTime();
    call();
    assertThat(seconds(began)).isLessThan(LONGEST_SECONDS);
  }

  /// One call of a tenant.
  void call() throws Exception {
    HttpResponse<String> called =
        CLIENT.send(
            request("TOLLGATE_URL", "/v1/embeddings")
                .header("authorization", "Bearer " + RunningProgram.setting(env, "OPENAI_API_KEY"))
                .POST(HttpRequest.BodyPublishers.ofString(CALL))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(called.statusCode()).isEqualTo(200);
  }

  private HttpRequest.Builder request(String base, String path) {
    return HttpRequest.newBuilder(URI.create(RunningProgram.setting(env, base) + path))
        .timeout(Duration.ofSeconds(LONGEST_SECONDS));
  }

  private static long seconds(long began) {
    return Duration.ofNanos(System.nanoTime() - began).toSeconds();
  }

  /// An attack does no harm.
  void withstands(Server server, Attack attack) throws Exception {
    long heapBefore = heapMib();
    long threadsBefore = program.virtualThreads();
    long linesBefore = program.output().lines().count();
    Tenant meanwhile = new Tenant();
    try {
      attack.on(port(server));
    } catch (IOException e) {
      // He was thrown out, as he should be.
    } finally {
      meanwhile.stop();
    }
    goesOn();
    Thread.sleep(300);
    assertThat(heapMib()).as("MiB of heap").isLessThanOrEqualTo(heapBefore + MORE_HEAP_MIB);
    assertThat(program.virtualThreads())
        .as("virtual threads")
        .isLessThanOrEqualTo(threadsBefore + MORE_THREADS);
    assertThat(program.output().lines().count())
        .as(program.output())
        .isLessThanOrEqualTo(linesBefore + MORE_LINES);
  }

  /// Makes one call of `/v1` after the other while strangers do what they do.
  private final class Tenant {
    private static final int PAUSE_MILLIS = 20;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CompletableFuture<Long> longest =
        CompletableFuture.supplyAsync(this::calls, Thread::startVirtualThread);

    private long calls() {
      long longestSeconds = 0;
      try {
        do {
          long began = System.nanoTime();
          call();
          longestSeconds = Math.max(longestSeconds, seconds(began));
          Thread.sleep(PAUSE_MILLIS);
        } while (!stopped.get());
      } catch (Exception e) {
        throw new CompletionException(e);
      }
      return longestSeconds;
    }

    void stop() throws Exception {
      stopped.set(true);
      assertThat(longest.get(LONGEST_SECONDS, TimeUnit.SECONDS))
          .as("seconds of a call")
          .isLessThan(LONGEST_SECONDS);
    }
  }

  private long heapMib() throws Exception {
    program.collectGarbage();
    String metrics =
        CLIENT
            .send(request("TOLLGATE_OPS", "/metrics").build(), HttpResponse.BodyHandlers.ofString())
            .body();
    for (String line : metrics.lines().toList()) {
      if (line.startsWith("jvm_heap_used_bytes")) {
        return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)) >> 20;
      }
    }
    throw new AssertionError("no heap among the metrics");
  }

  @Override
  public void close() {
    program.close();
  }
}
