package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
            Thread.sleep(20);
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

  /// Whether a budget counts it, and of which policy, changes nothing about what it costs. A
  /// reversal gives the attempt back and leaves the call.
  @ParameterizedTest
  @CsvSource({"none, false", "none, true", "observe, false", "observe, true", "refuse, false"})
  void aDroppedAttemptIsPaidForWithAndWithoutAHold(String policy, boolean stream) {
    try (ScriptedUpstream upstream =
        droppingTheSecond(
            (request, to) -> {
              if (request.body().contains("\"stream\":true")) {
                to.beginEvents();
                to.chunk(END);
                to.endChunks();
              } else {
                to.json(200, PricedUpstream.answer(3));
              }
            })) {
      String model =
          gateway.newModel(
              "openai", upstream.baseUrl(), "m", "", "\"input\":\"0\",\"output\":\"1000.00\"");
      String project = gateway.newProject();
      String budget =
          "\"budget\":{\"limit\":\"9\",\"window\":\"total\",\"policy\":\"%s\"}".formatted(policy);
      JsonNode key = gateway.newKey(project, policy.equals("none") ? "" : budget);
      String secret = key.path("key").asText();
      gateway.call("/v1/chat/completions", secret, body(model, 50, false, "x"));

      HttpResponse<String> response =
          gateway.call("/v1/chat/completions", secret, body(model, 50, stream, "x"));

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(upstream.received()).hasSize(3);
      JsonNode total = gateway.manage("GET", "/usage?project=" + project, "").path("total");
      assertThat(total.path("calls").asInt()).isEqualTo(2);
      BigDecimal cost = new BigDecimal(total.path("cost").asText());
      BigDecimal estimated = new BigDecimal(total.path("estimated_cost").asText());
      // The bound of 50 tokens, or what was made until the connection dropped; each answer has 3.
      assertThat(estimated).isBetween(new BigDecimal("0.001"), new BigDecimal("0.05"));
      if (!stream) {
        assertThat(estimated).isEqualByComparingTo("0.05");
        assertThat(response.headers().firstValue("x-tollgate-cost").orElseThrow())
            .isEqualTo("0.053");
      }
      assertThat(cost).isEqualByComparingTo(estimated.add(new BigDecimal("0.006")));
      if (!policy.equals("none")) {
        assertThat(settled(key)).isEqualByComparingTo(cost);
      }

      assertThat(reverse(model).path("amount").asText())
          .isEqualTo(total.path("estimated_cost").asText());
      assertThat(reverse(model).path("calls").asInt()).isZero();
      JsonNode after = gateway.manage("GET", "/usage?project=" + project, "").path("total");
      assertThat(after.path("cost").asText()).isEqualTo("0.006");
      assertThat(after.path("estimated_cost").asText()).isEqualTo("0.00");
      if (!policy.equals("none")) {
        assertThat(settled(key)).isEqualByComparingTo("0.006");
      }
      assertThat(gateway.manage("POST", "/ledger/verify", "").path("violations")).isEmpty();
    }
  }

  /// What the next attempt is told counts, not that the one before was dropped.
  @Test
  void aRefusalAfterADroppedAttemptIsNotTakenElsewhere() {
    try (ScriptedUpstream first =
            droppingTheSecond(
                (request, to) -> {
                  if (request.body().contains("\"stream\":true")) {
                    to.beginEvents();
                    to.chunk(
                        "data: {\"error\":{\"message\":\"no\",\"code\":\"content_filter\"}}\n\n");
                    to.endChunks();
                  } else {
                    to.json(200, PricedUpstream.answer(3));
                  }
                });
        PricedUpstream other = new PricedUpstream()) {
      String price = "\"input\":\"0\",\"output\":\"1.00\"";
      String model = TestingGateway.unique("both");
      gateway.manage(
          "POST",
          "/models",
          """
          {"name":"%s","deployments":[{"provider":"%s","model":"m","priority":1},
           {"provider":"%s","model":"m","priority":2}]}"""
              .formatted(
                  model,
                  gateway.providerOf(gateway.newModel("openai", first.baseUrl(), "m", "", price)),
                  gateway.providerOf(other.model(gateway))));
      String secret = gateway.newKey(gateway.newProject(), "").path("key").asText();
      gateway.call("/v1/chat/completions", secret, body(model, 50, false, "x"));
      HttpResponse<String> response =
          gateway.call("/v1/chat/completions", secret, body(model, 50, true, "x"));

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(first.received()).hasSize(3);
      assertThat(other.served()).isZero();
    }
  }

  private JsonNode reverse(String model) {
    Instant now = Instant.now();
    return gateway.manage(
        "POST",
        "/ledger/estimates:reverse",
        """
        {"provider":"%s","from":"%s","to":"%s","reason":"outage","dry_run":false}"""
            .formatted(gateway.providerOf(model), now.minusSeconds(3_600), now.plusSeconds(3_600)));
  }
}
