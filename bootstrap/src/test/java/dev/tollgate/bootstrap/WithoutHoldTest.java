package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One table of causes: what is uncertain costs the same whether or not a hold covers it.
class WithoutHoldTest {
  private static final String IMPATIENT =
      "\"timeouts\":{\"connect\":\"PT2S\",\"first_byte\":\"PT0.3S\",\"whole\":\"PT0.3S\","
          + "\"total\":\"PT0.6S\"}";
  private static final String PRICE = "\"input\":\"10.00\",\"output\":\"1000.00\"";

  private final TestingGateway gateway = TestingGateway.shared();

  private static void fail(String cause, ScriptedUpstream.Answer to) throws Exception {
    switch (cause) {
      case "timeout" -> to.awaitHangup(5_000);
      case "broken" -> to.reset();
      default ->
          to.raw(
              "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 16\r\n\r\n<html>oh</html>\n");
    }
  }

  /// What a failing call costs a project whose key has a budget of a policy, or none.
  private JsonNode usage(String policy, String body) {
    String project = gateway.newProject();
    JsonNode key =
        gateway.newKey(
            project,
            policy.isEmpty()
                ? ""
                : "\"budget\":{\"limit\":\"99\",\"window\":\"total\",\"policy\":\"%s\"}"
                    .formatted(policy));
    HttpResponse<String> response =
        gateway.call("/v1/chat/completions", key.path("key").asText(), body);
    assertThat(response.statusCode()).isGreaterThanOrEqualTo(500);
    // The row of a call that cost nothing is not waited for.
    gateway.lastCall(key.path("id").asText());
    return gateway.manage("GET", "/usage?project=" + project, "").path("total");
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeout", "broken", "page"})
  void aWholeAnswerCostsItsBound(String cause) {
    try (ScriptedUpstream upstream = ScriptedUpstream.start((_, to) -> fail(cause, to))) {
      String model = gateway.newModel("openai", upstream.baseUrl(), "m", IMPATIENT, PRICE);
      String body = PricedUpstream.body(model, 50);
      JsonNode held = usage("refuse", body);
      assertThat(held.path("estimated_cost").asText()).isGreaterThan("0.05");
      for (String policy : List.of("", "observe")) {
        JsonNode unheld = usage(policy, body);
        assertThat(unheld.path("cost")).isEqualTo(held.path("cost"));
        assertThat(unheld.path("estimated_cost")).isEqualTo(held.path("cost"));
        assertThat(unheld.path("input_tokens")).isEqualTo(held.path("input_tokens"));
      }
    }
  }

  /// What a caller names is no bound of what a provider bills.
  @Test
  void absurdCapsCostWhatTheModelCanPutOut() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start((_, to) -> to.reset())) {
      String model = gateway.newModel("openai", upstream.baseUrl(), "m", IMPATIENT, PRICE);
      String body = PricedUpstream.body(model, 50);
      String cap = body.replace("\"max_tokens\":50", "\"max_tokens\":9007199254740991");
      assertThat(usage("", cap).path("cost").asText()).startsWith("128.00");
      String both = cap.replace("\"max_tokens\"", "\"n\":1000000000,\"max_tokens\"");
      assertThat(usage("", both).path("cost").asText()).isEqualTo("10000.00");
    }
  }

  /// A credential that cannot be opened keeps every request from being sent.
  @ParameterizedTest
  @ValueSource(strings = {"", "refuse"})
  void whatWasNeverSentCostsNothing(String policy) throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start((_, to) -> to.json(200, PricedUpstream.answer(3)))) {
      String model = gateway.newModel("openai", upstream.baseUrl(), "m", IMPATIENT, PRICE);
      gateway.sql(
          "update tollgate.provider_credential set ciphertext = ciphertext || 'x'::bytea where"
              + " provider_id = (select id from tollgate.provider where name = '"
              + gateway.providerOf(model)
              + "')");
      JsonNode total = usage(policy, PricedUpstream.body(model, 50));
      assertThat(upstream.received()).isEmpty();
      assertThat(total.path("calls").asInt()).isEqualTo(1);
      assertThat(total.path("cost").asText()).isEqualTo("0.00");
    }
  }

  /// Tokens are counted for nothing, also when the provider does not answer.
  @Test
  void countingTokensCostsNothing() {
    try (ScriptedUpstream upstream = ScriptedUpstream.start((_, to) -> to.awaitHangup(5_000))) {
      String model = gateway.newModel("anthropic", upstream.baseUrl(), "m", IMPATIENT, PRICE);
      String project = gateway.newProject();
      JsonNode key = gateway.newKey(project, "");
      HttpResponse<String> response =
          gateway.call(
              "/v1/messages/count_tokens",
              key.path("key").asText(),
              "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                  .formatted(model));
      assertThat(response.statusCode()).isEqualTo(504);
      gateway.lastCall(key.path("id").asText());
      JsonNode total = gateway.manage("GET", "/usage?project=" + project, "").path("total");
      assertThat(total.path("calls").asInt()).isEqualTo(1);
      assertThat(total.path("cost").asText()).isEqualTo("0.00");
    }
  }
}
