package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What stands twice, stands without a value, or leads nowhere below `/api/v1`.
class OddRequestsTest {
  private final TestingGateway gateway = TestingGateway.shared();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dry_run",
        "dry_run=",
        "dry_run=true&dry_run=false",
        "dry_run=false&dry_run=true",
        "dry_run=yes",
        "wait=PT1S"
      })
  void aDryRunThatIsNotClearDoesNothing(String query) {
    String name = TestingGateway.unique("odd");
    HttpResponse<String> answer =
        gateway.tryManage("POST", "/projects?" + query, "{\"name\":\"" + name + "\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(gateway.manage("GET", "/projects?limit=100", "").toString()).doesNotContain(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit", "limit=", "limit=1&limit=2", "cursor=a&cursor=b"})
  void aParameterStandsOnceWithItsValue(String query) {
    assertThat(gateway.tryManage("GET", "/keys?" + query, "").statusCode()).isEqualTo(400);
  }

  /// A stream is no change either.
  @ParameterizedTest
  @ValueSource(strings = {"dry_run=true", "dry_run=yes", "wait=PT1S"})
  void anExportTakesNothingOfChangesAndJobs(String query) {
    HttpResponse<String> answer = gateway.tryManage("GET", "/calls:export?" + query, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains(query.substring(0, query.indexOf('=')));
  }

  @Test
  void theDocumentIsOnlyRead() {
    HttpResponse<String> answer = gateway.tryManage("POST", "/openapi.json", "{}");
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).contains("GET, HEAD");
    assertThat(answer.body()).contains("method_not_allowed");
  }

  @Test
  void anIdempotencyKeyStandsOnce() {
    HttpResponse<String> answer =
        gateway.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1/projects"))
                .header("authorization", "Bearer " + gateway.adminToken())
                .header("idempotency-key", "one")
                .header("idempotency-key", "two")
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\":\"odd\"}"))
                .build());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).containsIgnoringCase("idempotency-key stands twice");
  }

  @Test
  void aPackedBodyIsToldFromOneThatIsNoJson() {
    HttpResponse<String> answer =
        gateway.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1/projects"))
                .header("authorization", "Bearer " + gateway.adminToken())
                .header("content-encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {31, -117, 8}))
                .build());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("content-encoding must be identity");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1//keys", "/api/v1/%2e/keys"})
  void whatLeadsNowhereIsAProblem(String path) {
    HttpResponse<String> answer =
        gateway.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("authorization", "Bearer " + gateway.adminToken())
                .build());
    assertThat(answer.statusCode()).isIn(400, 404);
    assertThat(answer.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
    JsonNode problem = TestingGateway.json(answer.body());
    assertThat(problem.path("code").asText()).isIn("unknown_url", "invalid_path");
    assertThat(problem.path("request_id").asText()).startsWith("call_");
  }

  /// A price of two rates for the same would cost what nobody means.
  @Test
  void aRateStandsOnce() {
    String rate = "{\"component\":\"input\",\"price\":\"1\"}";
    HttpResponse<String> answer =
        gateway.tryManage(
            "PUT",
            "/prices",
            """
            {"provider":"openai","model":"%s","effective_from":"2099-01-01T00:00:00Z",
             "components":[%s,%s]}"""
                .formatted(TestingGateway.unique("odd"), rate, rate));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("components[1]");
  }

  /// What an answer tells is what is read later.
  @Test
  void timesAreAsFineAsTheyAreKept() {
    JsonNode made =
        gateway.manage("POST", "/projects", "{\"name\":\"" + TestingGateway.unique("odd") + "\"}");
    assertThat(gateway.manage("GET", "/projects/" + made.path("id").asText(), "")).isEqualTo(made);
  }

  /// Nanoseconds are cut, so that the last instant of the year 9999 stays in it.
  @Test
  void theLastInstantThereIsCanBeTaken() {
    String last = "\"9999-12-31T23:59:59.999999999Z\"";
    JsonNode key = gateway.newKey(gateway.newProject(), "\"expires_at\":" + last);
    String path = "/keys/" + key.path("id").asText();
    assertThat(key.path("expires_at").asText()).isEqualTo("9999-12-31T23:59:59.999999Z");
    JsonNode read = gateway.manage("GET", path, "");
    assertThat(read.path("expires_at")).isEqualTo(key.path("expires_at"));
    String budget =
        gateway
            .manage(
                "PUT",
                "/budgets",
                "{\"scope\":\"key\",\"scope_id\":\"%s\",\"limit\":\"1\",\"raise\":{\"to\":\"2\",\"until\":%s}}"
                    .formatted(key.path("id").asText(), last))
            .path("id")
            .asText();
    JsonNode raised =
        gateway.manage(
            "POST",
            "/budgets/" + budget + "/raises",
            "{\"amount\":\"1\",\"reason\":\"x\",\"until\":" + last + "}");
    assertThat(raised.toString()).doesNotContain("+10000");
    assertThat(gateway.tryManage("POST", path + "/revoke", "{}").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"limit=+1", "limit=%EF%BC%91", "name=%ff"})
  void whatIsNoNumberOrNoTextIsToldSo(String query) {
    HttpResponse<String> answer = gateway.tryManage("GET", "/keys?" + query, "");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains("\"field\":\"" + query.substring(0, query.indexOf('=')));
  }

  @Test
  void rangesBeginBeforeTheyEnd() {
    String range = "from=2026-12-02T00:00:00Z&to=2026-12-01T00:00:00Z";
    for (String list : List.of("/audit-events", "/calls", "/usage")) {
      HttpResponse<String> answer = gateway.tryManage("GET", list + "?" + range, "");
      assertThat(answer.statusCode()).as(list).isEqualTo(400);
      assertThat(answer.body()).contains("from must be before to.");
    }
  }

  /// The key's budget is one thing: another one takes its place, whatever its window.
  @Test
  void anotherBudgetOfAKeyTakesThePlaceOfTheOneBefore() {
    JsonNode key =
        gateway.newKey(gateway.newProject(), "\"budget\":{\"limit\":\"7\",\"window\":\"day\"}");
    String path = "/keys/" + key.path("id").asText();
    String budgets = "/budgets?scope=key&scope_id=" + key.path("id").asText();
    gateway.manage("PATCH", path, "{\"budget\":{\"limit\":\"8\",\"window\":\"month\"}}");
    JsonNode after = gateway.manage("GET", budgets, "").path("data");
    assertThat(after).hasSize(1);
    assertThat(after.get(0).path("window").asText()).isEqualTo("month");
    JsonNode without = gateway.manage("PATCH", path, "{\"budget\":null}");
    assertThat(without.path("budget").isNull()).isTrue();
    assertThat(gateway.manage("GET", budgets, "").path("data")).isEmpty();
  }

  @Test
  void aPriceThatIsReplacedStandsInTheAuditLog() {
    String price =
        """
        {"provider":"openai","model":"%s","effective_from":"2026-01-01T00:00:00Z","input":"%s",
         "output":"1"}""";
    String model = TestingGateway.unique("odd");
    gateway.manage("PUT", "/prices", price.formatted(model, "1"));
    String id = gateway.manage("PUT", "/prices", price.formatted(model, "9")).path("id").asText();
    JsonNode event = gateway.manage("GET", "/audit-events?object=" + id, "").path("data").get(0);
    assertThat(event.path("before").toString()).doesNotContain("\"9\"").contains("\"1\"");
    assertThat(event.path("after").toString()).contains("\"9\"");
  }

  @Test
  void aBudgetThatComesWithAKeyIsInTheAuditLog() {
    JsonNode key =
        gateway.newKey(
            gateway.newProject(),
            "\"budget\":{\"limit\":\"1\",\"window\":\"day\",\"policy\":\"refuse\",\"models\":[\"x\"]}");
    String budget =
        gateway
            .manage("GET", "/budgets?scope=key&scope_id=" + key.path("id").asText(), "")
            .path("data")
            .get(0)
            .path("id")
            .asText();
    gateway.manage(
        "PATCH",
        "/keys/" + key.path("id").asText(),
        "{\"budget\":{\"limit\":\"2\",\"window\":\"day\",\"policy\":\"refuse\",\"models\":[\"x\"]}}");
    JsonNode events = gateway.manage("GET", "/audit-events?object=" + budget, "").path("data");
    assertThat(events).hasSize(2);
    assertThat(List.of(events.get(0), events.get(1)))
        .allMatch(each -> each.path("action").asText().equals("budget.set"));
    assertThat(events.get(0).path("before").path("limit").asText()).isEqualTo("1.00");
    assertThat(events.get(0).path("after").path("limit").asText()).isEqualTo("2.00");
  }
}
