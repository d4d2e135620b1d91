package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    return usage(project);
  }

  private JsonNode usage(String project) {
    return gateway.manage("GET", "/usage?project=" + project, "").path("data").get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeout", "broken", "page"})
  void aWholeAnswerCostsItsBound(String cause) {
    try (ScriptedUpstream upstream = ScriptedUpstream.start((_, to) -> fail(cause, to))) {
      String model = gateway.newModel("openai", upstream.baseUrl(), "m", IMPATIENT, PRICE);
      String body = PricedUpstream.body(model, 50);
      JsonNode held = usage("refuse", body);
      assertThat(held.path("estimated_cost").asText()).isGreaterThan("0.05");
      assertThat(held.path("tokens").path("input").asInt()).isPositive();
      for (String policy : List.of("", "observe")) {
        JsonNode unheld = usage(policy, body);
        assertThat(unheld.path("cost")).isEqualTo(held.path("cost"));
        assertThat(unheld.path("estimated_cost")).isEqualTo(held.path("cost"));
        assertThat(unheld.path("tokens")).isEqualTo(held.path("tokens"));
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

  /// Nor of a stream, however long it took.
  @Test
  void aStreamCostsAtMostWhatTheModelCanPutOut() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) -> {
              to.beginEvents();
              to.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n");
              Thread.sleep(100);
              to.reset();
            })) {
      String model = gateway.newModel("openai", upstream.baseUrl(), "capped", IMPATIENT, PRICE);
      gateway.manage(
          "PUT",
          "/model-facts",
          """
          {"model":"capped","effective_from":"2025-01-01T00:00:00Z","output_cap":10,"top_speed":10000}""");
      String project = gateway.newProject();
      JsonNode key = gateway.newKey(project, "");
      gateway.call(
          "/v1/chat/completions",
          key.path("key").asText(),
          PricedUpstream.body(model, 50)
              .replace("\"max_tokens\":50", "\"max_tokens\":1000000,\"stream\":true"));
      gateway.lastCall(key.path("id").asText());
      JsonNode total = usage(project);
      assertThat(total.path("cost").asText()).startsWith("0.01");
      assertThat(total.path("tokens").path("output").asInt()).isEqualTo(10);
    }
  }

  /// A provider whose credential or options are of no use keeps every request from being sent.
  @ParameterizedTest
  @CsvSource({"'', credential", "refuse, credential", "refuse, options"})
  void whatWasNeverSentCostsNothing(String policy, String spoiled) throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start((_, to) -> to.json(200, PricedUpstream.answer(3)))) {
      String url = upstream.baseUrl().replace("http:", "https:");
      String model = gateway.newModel("openai", url, "m", IMPATIENT, PRICE);
      String named = " where name = '" + gateway.providerOf(model) + "'";
      gateway.sql(
          spoiled.equals("options")
              ? "update tollgate.provider set options = options || '{\"ca_bundle\":\"x\"}'" + named
              : "update tollgate.provider_credential set ciphertext = ciphertext || 'x'::bytea"
                  + " where provider_id = (select id from tollgate.provider"
                  + named
                  + ")");
      // Any change of the catalogue is read with all others.
      gateway.newModel("openai", url, "m", "", PRICE);
      JsonNode total = usage(policy, PricedUpstream.body(model, 50));
      assertThat(upstream.received()).isEmpty();
      assertThat(total.path("calls").asInt()).isEqualTo(1);
      assertThat(total.path("cost").asText()).isEqualTo("0.00");
    }
  }

  @Test
  void aBundleOfAuthoritiesIsPem() {
    HttpResponse<String> refused =
        gateway.tryManage(
            "POST",
            "/providers",
            "{\"name\":\"%s\",\"kind\":\"openai\",\"base_url\":\"https://127.0.0.1\",\"credential\":\"sk\",\"options\":{\"ca_bundle\":\"/etc/ssl/ca.pem\"}}"
                .formatted(TestingGateway.unique("provider")));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("ca_bundle").contains("must be certificates in PEM");
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
      JsonNode total = usage(project);
      assertThat(total.path("calls").asInt()).isEqualTo(1);
      assertThat(total.path("cost").asText()).isEqualTo("0.00");
    }
  }
}
