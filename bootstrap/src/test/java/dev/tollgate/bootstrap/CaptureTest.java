package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.bootstrap.ScriptedUpstream.Script;
import dev.tollgate.domain.testing.Eventually;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Content of calls: what is kept, and what happens when it must be and cannot.
class CaptureTest {
  private static final String CHAT =
      "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},"
          + "\"finish_reason\":null}]}\n\n"
          + "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
          + "data: {\"id\":\"x\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}"
          + "\n\ndata: [DONE]\n\n";
  private static final String RESPONSES =
      "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,"
          + "\"response\":{\"id\":\"resp_1\"}}\n\n"
          + "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":1,"
          + "\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[],"
          + "\"usage\":{\"input_tokens\":7,\"output_tokens\":3}}}\n\n";
  private static final String MESSAGES =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"content\":[],"
          + "\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n"
          + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
          + "\"usage\":{\"output_tokens\":3}}\n\n"
          + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

  private static TestingGateway gateway;

  @BeforeAll
  static void start(@TempDir Path folder) {
    gateway = TestingGateway.start(folder);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static String model(String kind, ScriptedUpstream upstream) {
    return gateway.newModel(kind, upstream.baseUrl());
  }

  private static JsonNode key(String capture) {
    return gateway.newKey(
        gateway.newProject(),
        "\"capture\":\"%s\",\"budget\":{\"limit\":\"1\",\"window\":\"total\"}".formatted(capture));
  }

  private static JsonNode content(HttpResponse<String> response) throws Exception {
    String call = response.headers().firstValue("x-request-id").orElseThrow();
    return gateway.content(call);
  }

  /// D5: what was captured is what the caller got, the event with the cost included.
  @ParameterizedTest
  @ValueSource(strings = {"full", "required"})
  void whatTheCallerGotIsWhatWasCaptured(String capture) throws Exception {
    JsonNode key = key(capture);
    record Lane(String kind, String path, String events, String more) {}
    for (Lane lane :
        new Lane[] {
          new Lane("openai", "/v1/chat/completions", CHAT, ",\"stream\":true"),
          new Lane(
              "openai",
              "/v1/chat/completions",
              CHAT,
              ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"),
          new Lane("openai", "/v1/responses", RESPONSES, ",\"stream\":true"),
          new Lane("anthropic", "/v1/messages", MESSAGES, ",\"stream\":true")
        }) {
      try (ScriptedUpstream upstream = ScriptedUpstream.start(Replay.stream(lane.events))) {
        String model = model(lane.kind, upstream);
        HttpResponse<String> response =
            gateway.call(lane.path, key.path("key").asText(), request(lane.path, model, lane.more));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode content = content(response);
        assertThat(content.path("response").asText()).isEqualTo(response.body());
        assertThat(content.path("truncated").asBoolean()).isFalse();
        if (!lane.path.endsWith("completions") || lane.more.contains("include_usage")) {
          assertThat(response.body()).contains("\"cost\":\"0.000013\"");
        }
      }
    }
  }

  private static String request(String path, String model, String more) {
    String what =
        path.endsWith("responses")
            ? "\"max_output_tokens\":50,\"input\":\"hi\""
            : "\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";
    return "{\"model\":\"" + model + "\"," + what + more + "}";
  }

  private static Script answering() {
    return Replay.answer(
        200,
        "{\"choices\":[{\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}");
  }

  /// The store fails before the last byte: it is withheld, and the call settles at the truth.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withoutItsContentNoAnswerEnds(boolean stream) throws Exception {
    JsonNode key = key("required");
    Script script =
        (received, to) -> {
          unplug();
          (stream ? Replay.stream(CHAT) : answering()).answer(received, to);
        };
    try (ScriptedUpstream upstream = ScriptedUpstream.start(script)) {
      String model = model("openai", upstream);
      String request = request("/v1/chat/completions", model, stream ? ",\"stream\":true" : "");
      HttpResponse<String> withheld =
          gateway.call("/v1/chat/completions", key.path("key").asText(), request);
      if (stream) {
        assertThat(withheld.body()).contains("capture_unavailable").doesNotContain("[DONE]");
      } else {
        assertThat(withheld.statusCode()).isEqualTo(503);
        assertThat(TestingGateway.code(withheld)).isEqualTo("capture_unavailable");
        assertThat(withheld.body()).doesNotContain("Hello");
        assertThat(withheld.headers().firstValue("x-tollgate-cost")).contains("0.000013");
      }
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("status").asInt()).isEqualTo(503);
      assertThat(call.path("error").asText() + call.path("error_code").asText())
          .contains("capture_unavailable");
      assertThat(call.path("cost").asText()).isEqualTo("0.000013");
      assertThat(call.path("estimated").asBoolean()).isFalse();
      assertThat(gateway.budgetOf(key).path("settled").asText()).isEqualTo("0.000013");
      assertThat(gateway.budgetOf(key).path("held").asText()).isEqualTo("0.00");

      // While the store fails nothing is sent to a provider any more.
      int sent = upstream.received().size();
      HttpResponse<String> refused =
          gateway.call("/v1/chat/completions", key.path("key").asText(), request);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(TestingGateway.code(refused)).isEqualTo("capture_unavailable");
      assertThat(refused.headers().firstValue("retry-after")).isPresent();
      assertThat(upstream.received()).hasSize(sent);
      // Nor does the failure touch those who need nothing kept.
      assertThat(
              gateway
                  .call("/v1/chat/completions", key("none").path("key").asText(), request)
                  .statusCode())
          .isEqualTo(200);

      mend();
      upstream.script(stream ? Replay.stream(CHAT) : answering());
      Eventually.holds(
          "calls are taken again",
          () ->
              gateway.call("/v1/chat/completions", key.path("key").asText(), request).statusCode()
                  == 200);
      // What was refused meanwhile is kept as soon as it can be.
      assertThat(content(refused).path("request").toString()).contains(model);
      assertThat(content(refused).path("response").asText()).contains("capture_unavailable");
      assertThat(content(withheld).path("response").asText()).isEqualTo(withheld.body());
    } finally {
      mend();
    }
  }

  /// A failing store makes nobody wait for room in its queue.
  @Test
  void manyRefusedCallsDoNotHang() throws Exception {
    JsonNode key = key("required");
    try (ScriptedUpstream upstream = ScriptedUpstream.start(answering())) {
      String model = model("openai", upstream);
      String request = request("/v1/chat/completions", model, "");
      unplug();
      for (int i = 0; i < 600; i++) {
        assertThat(
                gateway
                    .call("/v1/chat/completions", key.path("key").asText(), request)
                    .statusCode())
            .isEqualTo(503);
      }
    } finally {
      mend();
    }
  }

  private static void unplug() throws SQLException {
    gateway.sql("alter table if exists tollgate.call_content rename to call_content_away");
  }

  private static void mend() throws SQLException {
    gateway.sql("alter table if exists tollgate.call_content_away rename to call_content");
  }
}
