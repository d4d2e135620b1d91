package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.money.Money;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a request is bounded by, as administrators and callers meet it.
class BoundEndToEndTest {
  private static final String PRICE = "\"input\":\"1.00\",\"output\":\"2.00\"";
  private static final String TIERS =
      "\"components\":[{\"component\":\"input\",\"price\":\"1.00\"},"
          + "{\"component\":\"output\",\"price\":\"2.00\"},"
          + "{\"component\":\"output\",\"price\":\"20000.00\",\"when\":{\"service_tier\":\"priority\"}}]";

  private final TestingGateway gateway = TestingGateway.shared();

  private static ScriptedUpstream answering() {
    return ScriptedUpstream.start((_, to) -> to.json(200, PricedUpstream.answer(2)));
  }

  private JsonNode key(String limit) {
    return gateway.newKey(
        gateway.newProject(), "\"budget\":{\"limit\":\"" + limit + "\",\"window\":\"total\"}");
  }

  private HttpResponse<String> chat(JsonNode key, String model, String more) {
    return gateway.call(
        "/v1/chat/completions",
        key.path("key").asText(),
        """
        {"model":"%s","max_tokens":100,"messages":[{"role":"user","content":"hi"}]%s}"""
            .formatted(model, more));
  }

  private void facts(String model, String from, String more) {
    gateway.manage(
        "PUT",
        "/model-facts",
        "{\"model\":\"%s\",\"effective_from\":\"%s\",%s}".formatted(model, from, more));
  }

  /// The tenant's own facts go before those that are seeded, from their date on.
  @Test
  void factsOfModelsAreSeededDatedAndOverridden() {
    String seeded = gateway.manage("GET", "/model-facts?limit=100", "").path("data").toString();
    assertThat(seeded).contains("\"window\"", "\"top_speed\"", "\"cap_parameter\"");
    String upstreamModel = TestingGateway.unique("facts");
    try (ScriptedUpstream upstream = answering()) {
      String model = gateway.newModel("openai", upstream.baseUrl(), upstreamModel, "", PRICE);
      JsonNode key = key("0.50");
      String remote = ",\"plugins\":[{\"id\":\"web\"}]";
      // A model of which nothing is known may read a million tokens: a dollar.
      assertThat(TestingGateway.code(chat(key, model, remote))).isEqualTo("insufficient_quota");
      facts(upstreamModel, "2100-01-01T00:00:00Z", "\"window\":1000");
      assertThat(TestingGateway.code(chat(key, model, remote))).isEqualTo("insufficient_quota");
      facts(upstreamModel, "2026-01-01T00:00:00Z", "\"window\":8000");
      assertThat(chat(key, model, remote).statusCode()).isEqualTo(200);
    }
  }

  /// What an image counts is a fact of its model.
  @Test
  void anImageCountsItsAllowance() {
    String upstreamModel = TestingGateway.unique("facts");
    try (ScriptedUpstream upstream = answering()) {
      String model = gateway.newModel("openai", upstream.baseUrl(), upstreamModel, "", PRICE);
      JsonNode key = key("0.05");
      String image =
          """
          ,"tools":[],"input":[{"role":"user","content":[{"type":"input_image",
          "image_url":"https://example.com/a.png"}]}]""";
      facts(upstreamModel, "2026-01-01T00:00:00Z", "\"image_tokens\":48000");
      assertThat(chat(key, model, image).statusCode()).isEqualTo(200);
      facts(upstreamModel, "2026-01-02T00:00:00Z", "\"image_tokens\":60000");
      assertThat(TestingGateway.code(chat(key, model, image))).isEqualTo("insufficient_quota");
    }
  }

  /// The tier is written into the body, so the dearer ones need not be held.
  @Test
  void theTierIsPinnedOrTheDearestIsHeld() {
    try (ScriptedUpstream upstream = answering()) {
      String pinned = gateway.newModel("openai", upstream.baseUrl(), "tiered", "", TIERS);
      JsonNode key = key("0.10");
      assertThat(chat(key, pinned, "").statusCode()).isEqualTo(200);
      assertThat(upstream.received().getLast().body()).contains("\"service_tier\":\"default\"");
      for (String tier : new String[] {"priority", "auto"}) {
        assertThat(TestingGateway.code(chat(key, pinned, ",\"service_tier\":\"" + tier + "\"")))
            .as(tier)
            .isEqualTo("insufficient_quota");
      }
      assertThat(chat(key, pinned, ",\"service_tier\":\"flex\"").statusCode()).isEqualTo(200);
      assertThat(upstream.received().getLast().body()).contains("\"service_tier\":\"flex\"");
      String changing =
          gateway.newModel(
              "openai", upstream.baseUrl(), "tiered", "\"tier_may_change\":true", TIERS);
      assertThat(TestingGateway.code(chat(key, changing, ""))).isEqualTo("insufficient_quota");
    }
  }

  /// What is not known and can bring input is bounded by the window; a scalar is counted by name.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",\"mood_of_tests\":3|true",
        ",\"mood_of_tests\":\"high\"|true",
        ",\"mood_of_tests\":{\"file\":\"x\"}|false",
        ",\"mood_of_tests\":[\"https://example.com\"]|false",
        ",\"tools\":[{\"type\":\"tool_of_tomorrow\"}]|false"
      })
  void whatIsNotKnownIsBoundedByTheWindow(String more, boolean admitted) throws Exception {
    try (ScriptedUpstream upstream = answering()) {
      String model = gateway.newModel("openai", upstream.baseUrl());
      HttpResponse<String> response = chat(key("0.05"), model, more);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(admitted ? 200 : 429);
      if (more.contains("mood")) {
        assertThat(metric("tollgate_unknown_parameters_total{name=\"mood_of_tests\"")).isPositive();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theEstimatedShareIsTold(boolean stream) throws Exception {
    String impatient =
        "\"timeouts\":{\"connect\":\"PT2S\",\"first_byte\":\"PT1S\",\"whole\":\"PT1S\","
            + "\"total\":\"PT1S\"}";
    try (ScriptedUpstream upstream = ScriptedUpstream.start((_, to) -> to.awaitHangup(5_000))) {
      String model = gateway.newModel("openai", upstream.baseUrl(), "m", impatient, PRICE);
      String project = gateway.newProject();
      JsonNode key = gateway.newKey(project, "\"budget\":{\"limit\":\"1\",\"window\":\"total\"}");
      double before = metric("tollgate_estimated_cost_nano_dollars_total");
      assertThat(chat(key, model, stream ? ",\"stream\":true" : "").statusCode()).isEqualTo(504);
      upstream.script((_, to) -> to.json(200, PricedUpstream.answer(2)));
      assertThat(chat(key, model, "").statusCode()).isEqualTo(200);
      JsonNode total = gateway.manage("GET", "/usage?project=" + project, "").path("total");
      Money settled = Money.parseUsd(gateway.budgetOf(key).path("settled").asText());
      Money estimated = Money.parseUsd(total.path("estimated_cost").asText());
      assertThat(total.path("cost").asText()).isEqualTo(settled.usd());
      // The other call cost 5 input and 2 output tokens.
      assertThat(estimated).isEqualTo(settled.minus(Money.parseUsd("0.000009")));
      assertThat(estimated.nanos()).isPositive();
      assertThat(metric("tollgate_estimated_cost_nano_dollars_total") - before)
          .isGreaterThanOrEqualTo((double) estimated.nanos());
    }
  }

  /// The sum of the values of a metric whose line begins so.
  private double metric(String start) {
    String metrics =
        gateway
            .send(HttpRequest.newBuilder(URI.create(gateway.opsUrl() + "/metrics")).build())
            .body();
    return metrics
        .lines()
        .filter(line -> line.startsWith(start))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /// Malformed facts name the field.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"window\":0|window",
        "\"window\":-5|window",
        "\"window\":\"many\"|window",
        "\"top_speed\":0|top_speed",
        "\"image_tokens\":1.5|image_tokens",
        "\"cap_parameter\":\"max\"|cap_parameter",
        "\"weight\":5|weight"
      })
  void malformedFactsNameTheField(String more, String field) {
    HttpResponse<String> response =
        gateway.tryManage(
            "PUT",
            "/model-facts",
            "{\"model\":\"x\",\"effective_from\":\"%s\",%s}".formatted(Instant.now(), more));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(response.body()).contains(field);
  }
}
