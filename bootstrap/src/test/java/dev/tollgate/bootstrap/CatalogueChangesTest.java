package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Providers, models and prices are changed and removed while they are in use.
class CatalogueChangesTest {
  private final TestingGateway gateway = TestingGateway.shared();
  private final PricedUpstream first = new PricedUpstream();
  private final PricedUpstream second = new PricedUpstream();

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  private String provider(PricedUpstream upstream) {
    String name = TestingGateway.unique("changed");
    return gateway
        .manage(
            "POST",
            "/providers",
            """
            {"name":"%s","kind":"openai","base_url":"%s","allow_private_network":true}"""
                .formatted(name, upstream.upstream().baseUrl()))
        .path("id")
        .asText();
  }

  private static String code(HttpResponse<String> answer) {
    return answer.statusCode() + " " + TestingGateway.json(answer.body()).path("code").asText();
  }

  private JsonNode price(String provider, String from) {
    return gateway.manage(
        "PUT",
        "/prices",
        """
        {"provider":"openai","model":"%s","effective_from":"%s","input":"1","output":"2"}"""
            .formatted(provider, from));
  }

  @Test
  void aDrainedDeploymentGetsNoNewCalls() {
    String name = TestingGateway.unique("drained");
    String deployments =
        """
        "deployments":[{"provider":"%s","model":"m","drained":%s},{"provider":"%s","model":"m"}]"""
            .formatted(provider(first), "%s", provider(second));
    String id =
        gateway
            .manage(
                "POST",
                "/models",
                "{\"name\":\"%s\",%s}".formatted(name, deployments.formatted("false")))
            .path("id")
            .asText();
    String key = gateway.newKey(gateway.newProject(), "").path("key").asText();
    for (int i = 0; i < 60; i++) {
      gateway.call("/v1/chat/completions", key, PricedUpstream.body(name, 1));
    }
    assertThat(first.served()).isPositive();
    assertThat(second.served()).isPositive();

    JsonNode drained =
        gateway.manage("PATCH", "/models/" + id, "{" + deployments.formatted("true") + "}");
    assertThat(drained.path("deployments").get(0).path("drained").asBoolean()).isTrue();
    first.forget();
    for (int i = 0; i < 30; i++) {
      assertThat(
              gateway.call("/v1/chat/completions", key, PricedUpstream.body(name, 1)).statusCode())
          .isEqualTo(200);
    }
    assertThat(first.served()).isZero();

    gateway.manage(
        "PATCH",
        "/models/" + id,
        "{" + deployments.formatted("true").replace("\"m\"}]", "\"m\",\"drained\":true}]") + "}");
    HttpResponse<String> none =
        gateway.call("/v1/chat/completions", key, PricedUpstream.body(name, 1));
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(none.body()).contains("no deployment that takes calls");
    assertThat(gateway.get("/v1/models", key).body()).doesNotContain(name);
    assertThat(gateway.get("/v1/models/" + name, key).statusCode()).isEqualTo(404);
  }

  @Test
  void aProviderThatAModelNamesStays() {
    String provider = provider(first);
    String model =
        gateway
            .manage(
                "POST",
                "/models",
                """
                {"name":"%s","deployments":[{"provider":"%s","model":"m"}]}"""
                    .formatted(TestingGateway.unique("named"), provider))
            .path("id")
            .asText();
    assertThat(code(gateway.tryManage("DELETE", "/providers/" + provider, "")))
        .isEqualTo("409 provider_in_use");
    assertThat(gateway.tryManage("DELETE", "/models/" + model, "").statusCode()).isEqualTo(204);
    assertThat(gateway.tryManage("DELETE", "/providers/" + provider, "").statusCode())
        .isEqualTo(204);
    assertThat(code(gateway.tryManage("DELETE", "/providers/" + provider, "")))
        .isEqualTo("404 not_found");
  }

  @Test
  void pricesGoWithTheirProvider() {
    String provider = provider(first);
    String name = gateway.manage("GET", "/providers/" + provider, "").path("name").asText();
    String model = TestingGateway.unique("priced");
    for (String from : new String[] {"2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"}) {
      gateway.manage(
          "PUT",
          "/prices",
          """
          {"provider":"%s","model":"%s","effective_from":"%s","input":"1","output":"2"}"""
              .formatted(name, model, from));
    }
    assertThat(gateway.tryManage("DELETE", "/providers/" + provider, "").statusCode())
        .isEqualTo(204);
    assertThat(gateway.manage("GET", "/prices?model=" + model, "").path("data")).isEmpty();
  }

  @Test
  void onlyAPriceToComeIsChangedAndRemoved() {
    String model = TestingGateway.unique("priced");
    String old = price(model, "2026-01-01T00:00:00Z").path("id").asText();
    String later = price(model, "2099-01-01T00:00:00Z").path("id").asText();
    price(model, "2099-02-01T00:00:00Z");
    JsonNode changed =
        gateway.manage(
            "PATCH",
            "/prices/" + later,
            """
            {"effective_from":"2099-01-02T00:00:00Z","discount_percent":"12.5"}""");
    assertThat(changed.path("effective_from").asText()).isEqualTo("2099-01-02T00:00:00Z");
    assertThat(changed.path("discount_percent").asText()).isEqualTo("12.5");
    assertThat(changed.path("components")).hasSize(2);
    assertThat(
            code(
                gateway.tryManage(
                    "PATCH", "/prices/" + later, "{\"effective_from\":\"2099-02-01T00:00:00Z\"}")))
        .isEqualTo("409 price_date_taken");
    assertThat(code(gateway.tryManage("DELETE", "/prices/" + old, "")))
        .isEqualTo("409 price_in_force");
    assertThat(code(gateway.tryManage("PATCH", "/prices/" + old, "{\"discount_percent\":\"1\"}")))
        .isEqualTo("409 price_in_force");
    assertThat(gateway.tryManage("DELETE", "/prices/" + later, "").statusCode()).isEqualTo(204);
    assertThat(gateway.manage("GET", "/prices?model=" + model, "").path("data")).hasSize(2);
  }
}
