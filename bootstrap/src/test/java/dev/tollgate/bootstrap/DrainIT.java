package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A stop in the middle of streams: no new calls, those that can finish do, the others are told.
class DrainIT {
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void streamsFinishOrAreToldAndAllAreSettled() throws Exception {
    Path folder = RunningProgram.newFolder();
    String finished;
    String cut;
    try (RunningProgram program =
        RunningProgram.start(folder, "./tollgate dev --drain PT3S --helidon-grpc-port 0")) {
      Map<String, String> env = program.env();
      CompletableFuture<HttpResponse<String>> stalled = stream(env, "sim-stall");
      CompletableFuture<HttpResponse<String>> quick = stream(env, "sim-large");
      Thread.sleep(400);
      program.signal("TERM");
      Thread.sleep(700);
      assertThat(ready(env)).isEqualTo(503);

      HttpResponse<String> whole = quick.get(10, TimeUnit.SECONDS);
      assertThat(whole.body()).endsWith("data: [DONE]\n\n");
      HttpResponse<String> told = stalled.get(10, TimeUnit.SECONDS);
      assertThat(told.body()).contains("gateway_stopping").doesNotContain("[DONE]");
      assertThat(program.awaitExit(30)).isZero();
      assertThat(program.output()).doesNotContain("Exception").doesNotContain("WARNING");
      finished = whole.headers().firstValue("x-request-id").orElseThrow();
      cut = told.headers().firstValue("x-request-id").orElseThrow();
    }
    try (RunningProgram again = RunningProgram.start(folder, "./tollgate dev")) {
      assertThat(call(again.env(), finished)).contains("\"status\":200");
      assertThat(call(again.env(), cut))
          .contains("\"error_code\":\"gateway_stopping\"")
          .contains("\"estimated\":true");
    }
  }

  private CompletableFuture<HttpResponse<String>> stream(Map<String, String> env, String model) {
    return client.sendAsync(
        HttpRequest.newBuilder(
                URI.create(RunningProgram.setting(env, "OPENAI_BASE_URL") + "/chat/completions"))
            .timeout(Duration.ofSeconds(20))
            .header("authorization", "Bearer " + RunningProgram.setting(env, "OPENAI_API_KEY"))
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"model\":\""
                        + model
                        + "\",\"stream\":true,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private int ready(Map<String, String> env) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(
                    URI.create(RunningProgram.setting(env, "TOLLGATE_OPS") + "/health/ready"))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }

  private String call(Map<String, String> env, String id) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(
                    URI.create(RunningProgram.setting(env, "TOLLGATE_URL") + "/api/v1/calls/" + id))
                .header(
                    "authorization",
                    "Bearer " + RunningProgram.setting(env, "TOLLGATE_ADMIN_TOKEN"))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
