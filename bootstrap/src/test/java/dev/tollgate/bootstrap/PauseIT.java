package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A node that stands still for longer than its time-outs. What its providers answered meanwhile
/// lies in its sockets.
class PauseIT {
  private static final int CALLS = 8;
  private static final String STREAM =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}]}\n\n";
  private static final String END =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";

  @Test
  void whatWasAnsweredDuringAPauseIsReadBeforeTimeOutsAreJudged() throws Exception {
    Path folder = RunningProgram.newFolder();
    CountDownLatch arrived = new CountDownLatch(2 * CALLS);
    CountDownLatch stopped = new CountDownLatch(1);
    try (RunningProgram program =
            RunningProgram.start(folder, "./tollgate dev --port 0 --ops-port 0 --grpc-port 0");
        ScriptedUpstream upstream =
            ScriptedUpstream.start(
                (request, to) -> {
                  boolean stream = request.body().contains("\"stream\":true");
                  if (stream) {
                    to.beginEvents();
                    to.chunk(STREAM);
                  }
                  arrived.countDown();
                  assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
                  if (stream) {
                    to.chunk(END);
                    to.endChunks();
                  } else {
                    to.json(200, PricedUpstream.answer(2));
                  }
                });
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, String> env = program.env();
      TestingGateway gateway =
          TestingGateway.at(
              RunningProgram.setting(env, "TOLLGATE_URL"),
              RunningProgram.setting(env, "TOLLGATE_ADMIN_TOKEN"));
      String model = gateway.newModel("openai", upstream.baseUrl());
      JsonNode key =
          gateway.newKey(gateway.newProject(), "\"budget\":{\"limit\":\"1\",\"window\":\"total\"}");
      List<Future<HttpResponse<String>>> calls = new ArrayList<>();
      for (int i = 0; i < 2 * CALLS; i++) {
        String body =
            PricedUpstream.body(model, 40)
                .replace("}]}", i < CALLS ? "}]}" : "}],\"stream\":true}");
        calls.add(
            executor.submit(
                () -> gateway.call("/v1/chat/completions", key.path("key").asText(), body)));
      }
      assertThat(arrived.await(20, TimeUnit.SECONDS)).isTrue();
      program.signal("STOP");
      stopped.countDown();
      // Its time-outs are two and three seconds.
      Thread.sleep(6_000);
      program.signal("CONT");

      for (Future<HttpResponse<String>> call : calls) {
        HttpResponse<String> response = call.get(20, TimeUnit.SECONDS);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body()).contains("usage").doesNotContain("error");
      }
      JsonNode budget = gateway.budgetOf(key);
      // 5 input tokens at a dollar a million and 2 output at two, each.
      assertThat(budget.path("settled").asText()).isEqualTo("0.000144");
      assertThat(budget.path("held").asText()).isEqualTo("0.00");
      assertThat(gateway.manage("POST", "/ledger/verify", "").path("ok").asBoolean()).isTrue();
    }
  }
}
