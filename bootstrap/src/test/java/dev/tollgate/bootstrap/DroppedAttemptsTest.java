package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Attempts whose connection had been idle and drops after the request was sent on it. The second
/// request that reaches the upstream is such a one.
class DroppedAttemptsTest {
  private static final String END =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";

  private final TestingGateway gateway = TestingGateway.shared();

  private static ScriptedUpstream droppingTheSecond(ScriptedUpstream.Script others) {
    AtomicInteger requests = new AtomicInteger();
    return ScriptedUpstream.start(
        (request, to) -> {
          if (requests.incrementAndGet() == 2) {
            to.reset();
          } else {
            others.answer(request, to);
          }
        });
  }

  private JsonNode keyWith(String limit) {
    return gateway.newKey(
        gateway.newProject(),
        "\"budget\":{\"limit\":\"%s\",\"window\":\"total\"}".formatted(limit));
  }

  private BigDecimal settled(JsonNode key) {
    return new BigDecimal(gateway.budgetOf(key).path("settled").asText());
  }

  private static String body(String model, int cap, boolean stream, String content) {
    return """
    {"model":"%s","stream":%s,"max_tokens":%d,"messages":[{"role":"user","content":"%s"}]}"""
        .formatted(model, stream, cap, content);
  }

  /// One table of causes: a stream that breaks costs what it can have made in its time, whether or
  /// not another attempt follows.
  @Test
  void anAttemptOfAStreamIsPostedByItsTime() {
    try (ScriptedUpstream upstream =
        droppingTheSecond(
            (_, to) -> {
              to.beginEvents();
              to.chunk(END);
              to.endChunks();
            })) {
      String model =
          gateway.newModel(
              "openai", upstream.baseUrl(), "m", "", "\"input\":\"1.00\",\"output\":\"20.00\"");
      JsonNode key = keyWith("9");
      String secret = key.path("key").asText();
      gateway.call("/v1/chat/completions", secret, body(model, 50_000, true, "x"));
      HttpResponse<String> response =
          gateway.call("/v1/chat/completions", secret, body(model, 50_000, true, "x"));

      // The head of a stream cannot tell what the whole call costs.
      assertThat(response.headers().firstValue("x-tollgate-cost")).isEmpty();
      String id = response.headers().firstValue("x-request-id").orElseThrow();
      assertThat(gateway.manage("GET", "/calls/" + id, "").path("attempts").asInt()).isEqualTo(2);
      // The two calls cost 67 millionths each, and the bound of the attempt is a dollar.
      assertThat(settled(key)).isBetween(new BigDecimal("0.000135"), new BigDecimal("0.1"));
      assertThat(gateway.budgetOf(key).path("held").asText()).isEqualTo("0.00");
    }
  }

  /// The next attempt finds no room for its hold: what the dropped one cost is paid once, and the
  /// limit holds.
  @ParameterizedTest
  @ValueSource(strings = {"0.35", "0.45"})
  void aDroppedAttemptThatNoOtherMayFollowIsPaidOnce(String limit) {
    try (ScriptedUpstream upstream =
        droppingTheSecond((_, to) -> to.json(200, PricedUpstream.answer(2)))) {
      String model =
          gateway.newModel(
              "openai", upstream.baseUrl(), "m", "", "\"input\":\"100.00\",\"output\":\"0.01\"");
      JsonNode key = keyWith(limit);
      String secret = key.path("key").asText();
      gateway.call("/v1/chat/completions", secret, body(model, 50, false, "x"));
      BigDecimal before = settled(key);

      HttpResponse<String> response =
          gateway.call(
              "/v1/chat/completions", secret, body(model, 50, false, "hello ".repeat(2_000)));

      assertThat(response.statusCode()).isEqualTo(502);
      assertThat(upstream.received()).hasSize(2);
      assertThat(settled(key)).isLessThanOrEqualTo(new BigDecimal(limit));
      assertThat(settled(key).subtract(before))
          .isEqualByComparingTo(response.headers().firstValue("x-tollgate-cost").orElseThrow());
      assertThat(gateway.budgetOf(key).path("held").asText()).isEqualTo("0.00");
    }
  }
}
