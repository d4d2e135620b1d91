package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The management API's promises that hold for every resource.
class ManagementApiTest {
  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void nothingAnswersWithoutTheToken() {
    for (String path :
        new String[] {
          "/projects",
          "/keys",
          "/providers",
          "/models",
          "/prices",
          "/calls",
          "/usage",
          "/calls:export",
          "/keys/key_00000000000000000000000000"
        }) {
      for (String bearer : new String[] {"", "Bearer ", "Bearer tga_wrong", gateway.demoKey()}) {
        HttpRequest.Builder request =
            HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1" + path));
        if (!bearer.isEmpty()) {
          request.header("authorization", bearer);
        }
        HttpResponse<String> response = gateway.send(request.build());
        assertThat(response.statusCode()).as(path).isEqualTo(401);
        assertThat(response.headers().firstValue("content-type"))
            .contains("application/problem+json");
      }
    }
  }

  @Test
  void errorsNameTheFieldAndTheCure() {
    error("POST", "/projects", "{}", 400, "name is required");
    error("POST", "/projects", "{\"name\":7}", 400, "name must be a string");
    error("POST", "/projects", "{\"name\":\"x\",\"nmae\":1}", 400, "There is no field 'nmae'");
    error("POST", "/projects", "{\"name\":\"x\",\"retention_days\":8}", 400, "7, 30, 90 or 400");
    error("POST", "/projects", "{", 400, "not valid JSON");
    error("POST", "/projects", "[]", 400, "must be a JSON object");
    error("POST", "/keys", "{\"name\":\"x\",\"project\":\"prj_x\"}", 400, "project");
    error(
        "POST",
        "/keys",
        "{\"name\":\"x\",\"project\":\"" + unknownProject() + "\"}",
        400,
        "no such project");
    error("POST", "/providers", "{\"name\":\"x\",\"kind\":\"azur\"}", 400, "openai, anthropic");
    error("POST", "/providers", "{\"name\":\"x\",\"kind\":\"openai\"}", 400, "base_url");
    error(
        "POST",
        "/providers",
        "{\"name\":\"x\",\"kind\":\"openai\",\"base_url\":\"ftp://a\"}",
        400,
        "http://");
    error(
        "POST",
        "/providers",
        "{\"name\":\"x\",\"kind\":\"openai\",\"base_url\":\"http://u:p@a\"}",
        400,
        "user information");
    error("POST", "/models", "{\"name\":\"m\",\"deployments\":[]}", 400, "deployments");
    error(
        "PUT",
        "/prices",
        "{\"provider\":\"openai\",\"model\":\"m\",\"effective_from\":\"soon\",\"input\":\"1\"}",
        400,
        "effective_from");
    error(
        "PUT",
        "/prices",
        "{\"provider\":\"openai\",\"model\":\"m\",\"effective_from\":\"2026-01-01T00:00:00Z\","
            + "\"input\":\"0.0000001\"}",
        400,
        "6 decimals");
    error("GET", "/calls?limit=0", "", 400, "limit");
    error("GET", "/calls?cursor=x", "", 400, "cursor");
    error("GET", "/calls?status=fine", "", 400, "status");
    error("GET", "/usage?group_by=colour", "", 400, "group_by");
    error("GET", "/keys/key_x", "", 404, "no such key");
  }

  @Test
  void aRepeatedPostAnswersAsTheFirstAndShowsNoSecretAgain() {
    String project = gateway.newProject();
    String body = "{\"name\":\"once\",\"project\":\"" + project + "\"}";
    HttpResponse<String> first = post("/keys", "idem-1-" + project, body);
    HttpResponse<String> again = post("/keys", "idem-1-" + project, body);
    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(again.statusCode()).isEqualTo(201);
    assertThat(again.headers().firstValue("idempotent-replayed")).contains("true");
    JsonNode replay = TestingGateway.json(again.body());
    assertThat(replay.path("id")).isEqualTo(TestingGateway.json(first.body()).path("id"));
    assertThat(replay.path("key").isNull()).isTrue();
    assertThat(replay.path("secret_shown").asBoolean()).isTrue();
    assertThat(gateway.manage("GET", "/keys?project=" + project, "").path("data")).hasSize(1);
    assertThat(post("/keys", "idem-1-" + project, body.replace("once", "twice")).statusCode())
        .isEqualTo(422);
  }

  @Test
  void aFailedPostMayBeTriedAgainUnderItsKey() {
    String project = gateway.newProject();
    assertThat(post("/keys", "idem-2-" + project, "{\"name\":\"\"}").statusCode()).isEqualTo(400);
    assertThat(post("/keys", "idem-2-" + project, "{\"name\":\"\"}").statusCode()).isEqualTo(400);
  }

  @Test
  void projectsAreCreatedChangedAndArchived() {
    String id = gateway.newProject();
    JsonNode changed =
        gateway.manage("PATCH", "/projects/" + id, "{\"name\":\"new\",\"capture\":\"none\"}");
    assertThat(changed.path("name").asText()).isEqualTo("new");
    assertThat(changed.path("capture").asText()).isEqualTo("none");
    assertThat(gateway.tryManage("DELETE", "/projects/" + id, "").statusCode()).isEqualTo(204);
    error("POST", "/keys", "{\"name\":\"x\",\"project\":\"" + id + "\"}", 400, "archived");
  }

  @Test
  void aProvidersCredentialIsCheckedAndNeverReturned() {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (request, to) -> {
              boolean right = request.header("authorization").equals("Bearer sk-right-0123456789");
              to.json(
                  right ? 200 : 401,
                  right
                      ? "{\"data\":[{\"id\":\"m1\"},{\"id\":\"m2\"}]}"
                      : "{\"error\":{\"message\":\"Incorrect API key sk-wrong-0123456789\"}}");
            })) {
      JsonNode good = provider(upstream, "sk-right-0123456789");
      JsonNode bad = provider(upstream, "sk-wrong-0123456789");
      JsonNode works =
          gateway.manage("POST", "/providers/" + good.path("id").asText() + "/test", "");
      assertThat(works.path("ok").asBoolean()).isTrue();
      assertThat(works.path("models")).hasSize(2);
      String fails =
          gateway.manage("POST", "/providers/" + bad.path("id").asText() + "/test", "").toString();
      assertThat(fails).contains("\"ok\":false").contains("auth").doesNotContain("sk-wrong");
      assertThat(gateway.manage("GET", "/providers", "").toString()).doesNotContain("sk-right");
    }
  }

  @Test
  void aPriceIsShownAsItWasSet() {
    JsonNode price =
        gateway.manage(
            "PUT",
            "/prices",
            """
            {"provider":"anthropic","model":"shown","effective_from":"2026-03-01T00:00:00Z",
             "components":[{"component":"input","price":"2"},
               {"component":"input","when":{"min_input_tokens":272001,"service_tier":"flex"},"price":"0.5"},
               {"component":"web_search","unit":"call","price":"0.01"}],"discount_percent":"12.5"}""");
    assertThat(price.path("components").get(1).path("when").path("min_input_tokens").asLong())
        .isEqualTo(272_001);
    assertThat(price.path("components").get(2).path("price").asText()).isEqualTo("0.01");
    assertThat(price.path("discount_percent").asText()).isEqualTo("12.5");
    JsonNode listed = gateway.manage("GET", "/prices?model=shown", "").path("data");
    assertThat(listed).hasSize(1);
    assertThat(listed.get(0)).isEqualTo(price);
  }

  @Test
  void thePromotionOfTheSeedEnds() {
    JsonNode prices = gateway.manage("GET", "/prices?model=gpt-5.6-sol", "").path("data");
    assertThat(prices).hasSize(3);
    assertThat(prices.get(0).path("effective_from").asText()).isEqualTo("2026-11-22T00:00:00Z");
    assertThat(prices.get(0).path("components").get(0).path("price").asText()).isEqualTo("5");
    assertThat(prices.get(1).path("components").get(0).path("price").asText()).isEqualTo("4");
  }

  private JsonNode provider(ScriptedUpstream upstream, String credential) {
    return gateway.manage(
        "POST",
        "/providers",
        "{\"name\":\""
            + TestingGateway.unique("p")
            + "\",\"kind\":\"openai\",\"base_url\":\""
            + upstream.baseUrl()
            + "\",\"allow_private_network\":true,\"credential\":\""
            + credential
            + "\"}");
  }

  private String unknownProject() {
    return "prj_00000000000000000000000000";
  }

  private void error(String method, String path, String body, int status, String detail) {
    HttpResponse<String> response = gateway.tryManage(method, path, body);
    assertThat(response.statusCode()).as(path + " " + body).isEqualTo(status);
    assertThat(TestingGateway.json(response.body()).path("detail").asText()).contains(detail);
    assertThat(response.body()).contains("\"request_id\":\"call_");
  }

  private HttpResponse<String> post(String path, String key, String body) {
    return gateway.send(
        HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1" + path))
            .header("authorization", "Bearer " + gateway.adminToken())
            .header("idempotency-key", key)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /// What would be taken and never work is refused by the name of its field.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST|/keys|{\"name\":\"k\",\"project\":\"PROJECT\",\"models\":[\"\"]}|models",
        "PUT|/prices|{\"provider\":\"openai\",\"model\":\"x\",\"effective_from\":\"2026-01-01T00:00:00Z\","
            + "\"components\":[{\"component\":\"input\",\"price\":\"1\",\"unit\":\"call\"}]}|unit",
        "PUT|/prices|{\"provider\":\"openai\",\"model\":\"x\",\"effective_from\":\"2026-01-01T00:00:00Z\","
            + "\"components\":[{\"component\":\"input\",\"price\":\"1\",\"unit\":\"image\"}]}|unit",
        "PUT|/prices|{\"provider\":\"openai\",\"model\":\"x\",\"effective_from\":\"2026-01-01T00:00:00Z\","
            + "\"components\":[{\"component\":\"input\",\"price\":\"1\",\"when\":{\"min_input_tokens\":-1}}]}|min_input_tokens",
        "POST|/providers|{\"name\":\"pasted\",\"kind\":\"openai\",\"credential\":\"sk-0123456789abc\\n\"}|credential",
        "POST|/providers|{\"name\":\"pasted\",\"kind\":\"openai\",\"credential\":\"sk-\\u017c0123456789\"}|credential",
        "POST|/providers|{\"name\":\"pasted\",\"kind\":\"openai\",\"credential\":\"sk-a 0123456789\"}|credential"
      })
  void whatWouldNeverWorkIsRefused(String method, String path, String body, String field) {
    HttpResponse<String> response =
        gateway.tryManage(method, path, body.replace("PROJECT", gateway.newProject()));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(response.body()).contains(field);
  }
}
