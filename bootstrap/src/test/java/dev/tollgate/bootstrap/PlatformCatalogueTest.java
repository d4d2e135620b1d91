package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.ids.TenantId;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The platform has a catalogue that every tenant sees and none but the platform changes.
class PlatformCatalogueTest {
  private final TestingGateway gateway = TestingGateway.shared();
  private final PricedUpstream upstream = new PricedUpstream();
  private final String name = TestingGateway.unique("shared");
  private final String key = gateway.newKey(gateway.newProject(), "").path("key").asText();

  @AfterEach
  void stop() {
    upstream.close();
  }

  private HttpResponse<String> asPlatform(String method, String path, String body) {
    return in("platform", method, path, body);
  }

  private HttpResponse<String> in(String tenant, String method, String path, String body) {
    return gateway.send(
        HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1" + path))
            .header("Authorization", "Bearer " + gateway.adminToken())
            .header("X-Tollgate-Tenant", tenant)
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private static JsonNode done(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 204);
    return TestingGateway.json(response.body());
  }

  /// A provider and a model of one name, at ten dollars a million output tokens.
  ///
  /// @return the provider's id
  private String sharedModel() {
    String provider = unpricedModel();
    price("platform", name, "10.00");
    return provider;
  }

  /// @return the provider's id
  private String unpricedModel() {
    String provider =
        done(asPlatform(
                "POST",
                "/providers",
                """
                    {"name":"%s","kind":"openai","base_url":"%s","allow_private_network":true,
                     "credential":"sk-platform-secret-0123456789","options":{"region":"eu"}}"""
                    .formatted(name, upstream.upstream().baseUrl())))
            .path("id")
            .asText();
    done(
        asPlatform(
            "POST",
            "/models",
            """
            {"name":"%s","deployments":[{"provider":"%s","model":"%s"}]}"""
                .formatted(name, name, name)));
    return provider;
  }

  private void price(String tenant, String seller, String output) {
    String body =
        """
        {"provider":"%s","model":"%s","effective_from":"2026-01-01T00:00:00Z","input":"0",
         "output":"%s"}"""
            .formatted(seller, name, output);
    if (tenant.isEmpty()) {
      gateway.manage("PUT", "/prices", body);
    } else {
      done(in(tenant, "PUT", "/prices", body));
    }
  }

  private String cost() {
    HttpResponse<String> answer =
        gateway.call("/v1/chat/completions", key, PricedUpstream.body(name, 1_000_000));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.headers().firstValue("x-tollgate-cost").orElse("none");
  }

  private JsonNode listed(String path) {
    String cursor = "";
    while (true) {
      JsonNode page = gateway.manage("GET", path + "?limit=100" + cursor, "");
      for (JsonNode each : page.path("data")) {
        if (each.path("name").asText(each.path("model").asText()).equals(name)) {
          return each;
        }
      }
      assertThat(page.path("has_more").asBoolean()).as("%s has no %s", path, name).isTrue();
      cursor = "&cursor=" + page.path("next_cursor").asText();
    }
  }

  @Test
  void aTenantCallsItsModelsAndTheyCostWhatThePlatformSays() {
    sharedModel();
    assertThat(cost()).isEqualTo("10.00");
    assertThat(upstream.upstream().received().getLast().header("authorization"))
        .as("the credential is the platform's")
        .isEqualTo("Bearer sk-platform-secret-0123456789");
    assertThat(gateway.get("/v1/models", key).body()).contains(name);
  }

  @Test
  void aTenantSeesNameAndStateOfAProvider() {
    String id = sharedModel();
    JsonNode seen = gateway.manage("GET", "/providers/" + id, "");
    assertThat(seen.path("name").asText()).isEqualTo(name);
    assertThat(seen.path("state").path("status").asText()).isEqualTo("ok");
    assertThat(seen.path("platform").asBoolean()).isTrue();
    assertThat(seen.toString()).doesNotContain("127.0.0.1", "\"eu\"");
    assertThat(listed("/providers")).isEqualTo(seen);
    assertThat(listed("/models").path("platform").asBoolean()).isTrue();
    assertThat(listed("/prices").path("platform").asBoolean()).isTrue();
    assertThat(done(asPlatform("GET", "/providers/" + id, "")).path("base_url").asText())
        .isEqualTo(upstream.upstream().baseUrl());
  }

  @Test
  void aTenantChangesNothingOfIt() {
    String provider = "/providers/" + sharedModel();
    String model = "/models/" + listed("/models").path("id").asText();
    String later =
        """
        {"provider":"%s","model":"%s","effective_from":"2099-01-01T00:00:00Z","input":"0",
         "output":"1"}"""
            .formatted(name, name);
    String price = "/prices/" + done(asPlatform("PUT", "/prices", later)).path("id").asText();
    for (String path : new String[] {provider, model, price}) {
      String change = path.equals(price) ? "{\"discount_percent\":\"5\"}" : "{\"name\":\"mine\"}";
      assertThat(gateway.tryManage("PATCH", path, change).statusCode()).as(path).isEqualTo(403);
      assertThat(gateway.tryManage("DELETE", path, "").statusCode()).as(path).isEqualTo(403);
      assertThat(gateway.tryManage("DELETE", path, "").body())
          .contains("permission_denied", "the platform's catalogue", "X-Tollgate-Tenant");
    }
    assertThat(gateway.tryManage("POST", provider + "/test", "{}").statusCode()).isEqualTo(403);
    assertThat(gateway.tryManage("PUT", "/prices", later).statusCode())
        .as("a price of the platform's provider")
        .isEqualTo(400);
    done(asPlatform("PATCH", model, "{\"name\":\"%s\"}".formatted(name + "x")));
    assertThat(asPlatform("DELETE", model, "").statusCode()).isEqualTo(204);
    assertThat(asPlatform("DELETE", price, "").statusCode()).isEqualTo(204);
    assertThat(asPlatform("DELETE", provider, "").statusCode()).isEqualTo(204);
    assertThat(gateway.tryManage("GET", provider, "").statusCode()).isEqualTo(404);
  }

  @Test
  void ofTwoModelsOfOneNameTheTenantsOwnWins() {
    sharedModel();
    try (PricedUpstream other = new PricedUpstream()) {
      String provider = TestingGateway.unique("own");
      gateway.manage(
          "POST",
          "/providers",
          """
          {"name":"%s","kind":"openai","base_url":"%s","allow_private_network":true}"""
              .formatted(provider, other.upstream().baseUrl()));
      JsonNode own =
          gateway.manage(
              "POST",
              "/models",
              """
              {"name":"%s","deployments":[{"provider":"%s","model":"%s"}]}"""
                  .formatted(name, provider, name));
      price("", provider, "3.00");
      assertThat(cost()).isEqualTo("3.00");
      assertThat(other.served()).isEqualTo(1);
      assertThat(listed("/models").has("platform")).isFalse();
      assertThat(gateway.tryManage("DELETE", "/models/" + own.path("id").asText(), "").statusCode())
          .isEqualTo(204);
      assertThat(cost()).as("the platform's is back").isEqualTo("10.00");
    }
  }

  @Test
  void ofTwoPricesForAKindTheTenantsWinsAndTheProvidersOwnBeforeBoth() {
    unpricedModel();
    price("platform", "openai", "4.00");
    assertThat(cost()).isEqualTo("4.00");
    price("", "openai", "2.00");
    assertThat(cost()).isEqualTo("2.00");
    price("platform", name, "7.00");
    assertThat(cost()).isEqualTo("7.00");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST|/projects|{\"name\":\"x\"}",
        "GET|/keys|",
        "GET|/budgets|",
        "GET|/calls|",
        "POST|/ledger/verify|{}",
        "GET|/usage?group_by=key|"
      })
  void itsTenantHasACatalogueAndNothingElse(String method, String path, String body) {
    HttpResponse<String> answer = asPlatform(method, path, body == null ? "" : body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(403);
  }

  @Test
  void whatIsChangedThereStandsInItsOwnAuditLog() {
    sharedModel();
    assertThat(asPlatform("GET", "/audit-events?limit=5", "").body())
        .contains("\"action\":\"model.create\"", name)
        .doesNotContain("sk-platform-secret");
    assertThat(gateway.manage("GET", "/audit-events?limit=50", "").toString())
        .doesNotContain("\"" + name + "\"");
    assertThat(in("elsewhere", "GET", "/models", "").statusCode()).isEqualTo(404);
  }

  @Test
  void listPricesAreThePlatforms() {
    JsonNode list = gateway.manage("GET", "/prices?model=gpt-6-sol&limit=100", "").path("data");
    assertThat(list).isNotEmpty().allMatch(each -> each.path("platform").asBoolean());
  }

  /// What an earlier version put into the tenant counts before the platform's, so it is kept up.
  @Test
  void listPricesOfAnEarlierVersionGoOnInTheTenant(@TempDir Path folder) throws Exception {
    TestingGateway older = TestingGateway.start(folder);
    String own =
        "select gen_random_uuid() as id, (select id from tollgate.tenant where id <> '"
            + TenantId.PLATFORM.value()
            + "') as tenant_id, seller, model, effective_from, rates"
            + " from tollgate.price where seller = 'openai'";
    older.sql(
        "insert into tollgate.price (id, tenant_id, seller, model, effective_from, rates) "
            + own
            + " and model = 'gpt-5.6-sol' order by effective_from limit 1",
        "insert into tollgate.price (id, tenant_id, seller, model, effective_from, rates) "
            + own
            + " and model = 'gpt-6-sol' limit 1",
        "update tollgate.price set rates = jsonb_set(rates, '{0,micros}', '1') where model ="
            + " 'gpt-6-sol' and tenant_id <> '"
            + TenantId.PLATFORM.value()
            + "'");
    older.close();
    TestingGateway newer = TestingGateway.start(folder);
    try {
      assertThat(own(newer, "gpt-5.6-sol")).as("all dates").hasSize(3);
      assertThat(own(newer, "gpt-6-sol")).as("a price of the tenant's own").hasSize(1);
      assertThat(own(newer, "gpt-6-luna")).isEmpty();
    } finally {
      newer.close();
    }
  }

  private static List<JsonNode> own(TestingGateway gateway, String model) {
    List<JsonNode> own = new ArrayList<>();
    for (JsonNode each : gateway.manage("GET", "/prices?model=" + model, "").path("data")) {
      if (!each.has("platform")) {
        own.add(each);
      }
    }
    return own;
  }
}
