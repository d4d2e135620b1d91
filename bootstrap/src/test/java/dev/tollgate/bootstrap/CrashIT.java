package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Power cuts: whatever is killed, every call whose last byte was received is in the books with the
/// right usage.
class CrashIT {
  private static final int CALLERS = 8;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void aKilledGatewayLosesNoAnsweredCall() throws Exception {
    crash(program -> program.signal("KILL"));
  }

  @Test
  void aKilledPostgresLosesNoAnsweredCall() throws Exception {
    crash(
        program -> {
          killPostgres(program);
          Thread.sleep(1_000);
          program.signal("KILL");
        });
  }

  @Test
  void aSignalStopsInOrderAndKeepsEverything() throws Exception {
    Path folder = RunningProgram.newFolder();
    try (RunningProgram program = RunningProgram.start(folder, "./tollgate dev")) {
      Map<String, String> before = program.env();
      String call =
          call(before, RunningProgram.setting(before, "OPENAI_API_KEY"), "sim-small", false);
      program.signal(RunningProgram.interrupt());
      assertThat(program.awaitExit(30)).isZero();
      assertThat(program.leftovers()).isEmpty();
      try (RunningProgram again = RunningProgram.start(folder, "./tollgate dev")) {
        Map<String, String> after = again.env();
        assertThat(RunningProgram.setting(after, "OPENAI_API_KEY"))
            .isEqualTo(RunningProgram.setting(before, "OPENAI_API_KEY"));
        assertThat(manage(after, "GET", "/calls/" + call, "").path("status").asInt())
            .isEqualTo(200);
        again.signal("TERM");
        assertThat(again.awaitExit(30)).isZero();
      }
    }
  }

  @Test
  void aStopWithoutADatabaseEndsAndSaysWhatItCouldNotKeep() throws Exception {
    Path folder = RunningProgram.newFolder();
    try (RunningProgram program = RunningProgram.start(folder, "./tollgate dev")) {
      Map<String, String> env = program.env();
      String key = newKey(env);
      String budgeted = RunningProgram.setting(env, "OPENAI_API_KEY");
      // Once the news of both keys have been taken in, they are known.
      Thread.sleep(3_000);
      call(env, key, "sim-small", false);
      call(env, budgeted, "sim-small", false);
      killPostgres(program);
      call(env, key, "sim-small", false);
      assertRefused(send(env, budgeted, "sim-small", false));
      long before = System.nanoTime();
      assertRefused(send(env, budgeted, "sim-small", false));
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(50));
      program.signal("TERM");
      assertThat(program.awaitExit(30)).isZero();
      assertThat(program.output())
          .contains("Calls that could not be committed before the stop: 3.")
          .contains("The job 'last-used' failed")
          .doesNotContain("\tat ");
      assertThat(program.leftovers()).isEmpty();
    }
  }

  @Test
  void aBusyPortAndAFolderInUseAreSaidInALine() throws Exception {
    Path folder = RunningProgram.newFolder();
    try (RunningProgram program = RunningProgram.start(folder, "./tollgate dev")) {
      int port = URI.create(RunningProgram.setting(program.env(), "TOLLGATE_URL")).getPort();
      try (RunningProgram second =
          RunningProgram.launch(RunningProgram.newFolder(), "./tollgate dev --port " + port)) {
        assertThat(second.awaitExit(30)).isNotZero();
        assertThat(second.output()).contains("Port " + port + " is in use").doesNotContain("\tat ");
      }
      try (RunningProgram second = RunningProgram.launch(folder, "./tollgate dev")) {
        assertThat(second.awaitExit(30)).isNotZero();
        assertThat(second.output()).contains("Another Tollgate uses").doesNotContain("\tat ");
      }
    }
  }

  private static void killPostgres(RunningProgram program) throws Exception {
    new ProcessBuilder("kill", "-KILL", Long.toString(program.postmaster())).start().waitFor();
  }

  private interface Crash {
    void happen(RunningProgram program) throws Exception;
  }

  private void crash(Crash crash) throws Exception {
    Path folder = RunningProgram.newFolder();
    AtomicInteger serial = new AtomicInteger();
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start((request, to) -> answer(request, to, serial.incrementAndGet()))) {
      Map<String, Long> answered = new ConcurrentHashMap<>();
      try (RunningProgram program = RunningProgram.start(folder, "./tollgate dev")) {
        String key = prepare(program.env(), upstream);
        underLoad(program, key, answered, crash);
      }
      assertThat(answered.size()).isGreaterThan(50);
      try (RunningProgram again = RunningProgram.start(folder, "./tollgate dev")) {
        Map<String, String> env = again.env();
        for (Map.Entry<String, Long> each : answered.entrySet()) {
          JsonNode call = manage(env, "GET", "/calls/" + each.getKey(), "");
          assertThat(call.path("tokens").path("output").asLong())
              .as("output of %s", each.getKey())
              .isEqualTo(each.getValue());
          assertThat(call.path("estimated").asBoolean()).isFalse();
        }
        assertDurable(again);
      }
    }
  }

  /// What was received proves nothing about a power cut unless the database waits for its disk.
  private static void assertDurable(RunningProgram program) throws IOException {
    ProcessHandle server = ProcessHandle.of(program.postmaster()).orElseThrow();
    String command = server.info().commandLine().orElse("");
    assertThat(command).contains("fsync=on", "synchronous_commit=on");
  }

  private void underLoad(
      RunningProgram program, String key, Map<String, Long> answered, Crash crash)
      throws Exception {
    Map<String, String> env = program.env();
    AtomicBoolean running = new AtomicBoolean(true);
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      boolean stream = i % 2 == 0;
      callers.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (running.get()) {
                      try {
                        callOnce(env, key, stream, answered);
                      } catch (IOException | InterruptedException | AssertionError e) {
                        // The crash: this call was not answered to its end.
                      }
                    }
                  }));
    }
    Thread.sleep(3_000);
    crash.happen(program);
    program.awaitExit(30);
    running.set(false);
    for (Thread caller : callers) {
      caller.join();
    }
  }

  private void callOnce(
      Map<String, String> env, String key, boolean stream, Map<String, Long> answered)
      throws IOException, InterruptedException {
    HttpResponse<String> response = send(env, key, "crash-model", stream);
    boolean whole =
        response.statusCode() == 200 && (!stream || response.body().endsWith("data: [DONE]\n\n"));
    boolean pending =
        response.body().contains("\"pending\"")
            || response.headers().firstValue("x-tollgate-settlement").isPresent();
    if (whole && !pending) {
      String tokens = response.body().replaceAll("(?s).*\"completion_tokens\":(\\d+).*", "$1");
      answered.put(
          response.headers().firstValue("x-request-id").orElseThrow(), Long.valueOf(tokens));
    }
  }

  private static void answer(
      ScriptedUpstream.Received request, ScriptedUpstream.Answer to, int serial)
      throws IOException {
    String usage = "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":" + serial + "}";
    if (request.body().contains("\"stream\":true")) {
      to.beginEvents();
      to.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n");
      to.chunk("data: {\"choices\":[]," + usage + "}\n\ndata: [DONE]\n\n");
      to.endChunks();
    } else {
      to.json(200, "{\"choices\":[]," + usage + "}");
    }
  }

  private String prepare(Map<String, String> env, ScriptedUpstream upstream) throws Exception {
    manage(
        env,
        "POST",
        "/providers",
        "{\"name\":\"scripted\",\"kind\":\"openai\",\"allow_private_network\":true,\"base_url\":\""
            + upstream.baseUrl()
            + "\"}");
    manage(
        env,
        "POST",
        "/models",
        "{\"name\":\"crash-model\",\"deployments\":[{\"provider\":\"scripted\",\"model\":\"m\"}]}");
    String project = manage(env, "POST", "/projects", "{\"name\":\"crash\"}").path("id").asText();
    return manage(env, "POST", "/keys", "{\"name\":\"k\",\"project\":\"" + project + "\"}")
        .path("key")
        .asText();
  }

  private String newKey(Map<String, String> env) throws Exception {
    String project = manage(env, "POST", "/projects", "{\"name\":\"free\"}").path("id").asText();
    return manage(env, "POST", "/keys", "{\"name\":\"k\",\"project\":\"" + project + "\"}")
        .path("key")
        .asText();
  }

  /// Under a hard budget nothing goes out that is not held durably.
  private static void assertRefused(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).contains("ledger_unavailable");
    assertThat(response.headers().firstValue("retry-after")).isPresent();
  }

  private String call(Map<String, String> env, String key, String model, boolean stream)
      throws Exception {
    HttpResponse<String> response = send(env, key, model, stream);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.headers().firstValue("x-request-id").orElseThrow();
  }

  private HttpResponse<String> send(
      Map<String, String> env, String key, String model, boolean stream)
      throws IOException, InterruptedException {
    String options = stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "";
    return client.send(
        HttpRequest.newBuilder(
                URI.create(RunningProgram.setting(env, "OPENAI_BASE_URL") + "/chat/completions"))
            .timeout(Duration.ofSeconds(10))
            .header("authorization", "Bearer " + key)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"model\":\""
                        + model
                        + "\""
                        + options
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode manage(Map<String, String> env, String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(RunningProgram.setting(env, "TOLLGATE_URL") + "/api/v1" + path))
                .timeout(Duration.ofSeconds(20))
                .header(
                    "authorization",
                    "Bearer " + RunningProgram.setting(env, "TOLLGATE_ADMIN_TOKEN"))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode() / 100).as(response.body()).isEqualTo(2);
    return TestingGateway.json(response.body());
  }
}
