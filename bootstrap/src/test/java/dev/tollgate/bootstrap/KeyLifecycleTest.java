package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.testing.Eventually;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// A virtual key from its creation to its end, over HTTP.
class KeyLifecycleTest {
  private static final String BODY =
      "{\"model\":\"sim-small\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

  private final TestingGateway gateway = TestingGateway.shared();
  private final String project = gateway.newProject();

  @Test
  void aNewKeyWorksAndIsShownOnce() {
    JsonNode key = gateway.newKey(project, "\"tags\":[\"ci\"],\"metadata\":{\"team\":\"a\"}");
    String secret = key.path("key").asText();
    assertThat(chat(secret).statusCode()).isEqualTo(200);
    JsonNode shown = gateway.manage("GET", "/keys/" + key.path("id").asText(), "");
    assertThat(shown.has("key")).isFalse();
    assertThat(shown.path("hint").asText()).isEqualTo(secret.substring(secret.length() - 4));
    assertThat(shown.path("metadata").path("team").asText()).isEqualTo("a");
    assertThat(shown.path("budget").isNull()).isTrue();
  }

  @Test
  void disablingEnablingAndRevokingTakeHoldWithinFiveSeconds() {
    JsonNode key = gateway.newKey(project, "");
    String secret = key.path("key").asText();
    String path = "/keys/" + key.path("id").asText();
    assertThat(chat(secret).statusCode()).isEqualTo(200);
    gateway.manage("POST", path + "/disable", "");
    awaitStatus(secret, 401);
    gateway.manage("POST", path + "/enable", "");
    awaitStatus(secret, 200);
    gateway.manage("POST", path + "/revoke", "");
    awaitStatus(secret, 401);
    assertThat(chat(secret).body()).contains("revoked").contains("invalid_api_key");
    assertThat(gateway.tryManage("POST", path + "/enable", "").statusCode()).isEqualTo(409);
    assertThat(gateway.tryManage("POST", path + "/rotate", "{}").statusCode()).isEqualTo(409);
  }

  @Test
  void bothSecretsWorkDuringAnOverlapAndTheIdStays() {
    JsonNode key = gateway.newKey(project, "");
    String first = key.path("key").asText();
    assertThat(chat(first).statusCode()).isEqualTo(200);
    String path = "/keys/" + key.path("id").asText() + "/rotate";
    JsonNode rotated = gateway.manage("POST", path, "{\"overlap\":\"PT30M\"}");
    String second = rotated.path("key").asText();
    assertThat(rotated.path("id")).isEqualTo(key.path("id"));
    assertThat(second).isNotEqualTo(first);
    assertThat(chat(first).statusCode()).isEqualTo(200);
    assertThat(chat(second).statusCode()).isEqualTo(200);
    String third = gateway.manage("POST", path, "{}").path("key").asText();
    awaitStatus(first, 401);
    awaitStatus(second, 401);
    assertThat(chat(third).statusCode()).isEqualTo(200);
    assertThat(gateway.tryManage("POST", path, "{\"overlap\":\"P8D\"}").statusCode())
        .isEqualTo(400);
  }

  @Test
  void anOpenStreamIsCutWhenItsKeyIsRevoked() throws Exception {
    AtomicInteger sent = new AtomicInteger();
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) -> {
              to.beginEvents();
              for (int i = 0; i < 300; i++) {
                to.chunk("data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n");
                sent.incrementAndGet();
                Thread.sleep(50);
              }
            })) {
      String model = gateway.newModel("openai", upstream.baseUrl());
      JsonNode key = gateway.newKey(project, "");
      CompletableFuture<HttpResponse<String>> stream =
          CompletableFuture.supplyAsync(
              () ->
                  gateway.call(
                      "/v1/chat/completions",
                      key.path("key").asText(),
                      "{\"model\":\""
                          + model
                          + "\",\"stream\":true,"
                          + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"));
      Eventually.holds("the stream is open", () -> sent.get() > 3);
      gateway.manage("POST", "/keys/" + key.path("id").asText() + "/revoke", "");
      HttpResponse<String> response = stream.get(10, TimeUnit.SECONDS);
      assertThat(response.body()).contains("revoked").doesNotContain("[DONE]");
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("error_code").asText()).isEqualTo("invalid_api_key");
      assertThat(call.path("estimated").asBoolean()).isTrue();
    }
  }

  @Test
  void thePolicyIsEnforcedAndMayBeChanged() {
    JsonNode key =
        gateway.newKey(project, "\"models\":[\"sim-large\"],\"endpoints\":[\"chat_completions\"]");
    String secret = key.path("key").asText();
    HttpResponse<String> refused = chat(secret);
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("model_not_allowed").contains("\"param\":\"model\"");
    assertThat(gateway.call("/v1/completions", secret, BODY).body())
        .contains("endpoint_not_allowed");
    assertThat(gateway.get("/v1/models", secret).body())
        .contains("sim-large")
        .doesNotContain("sim-small");
    assertThat(gateway.get("/v1/key", secret).body()).contains("\"models\":[\"sim-large\"]");
    gateway.manage("PATCH", "/keys/" + key.path("id").asText(), "{\"models\":null}");
    awaitStatus(secret, 200);
    JsonNode changed = gateway.manage("GET", "/keys/" + key.path("id").asText(), "");
    assertThat(changed.path("models").isNull()).isTrue();
    assertThat(changed.path("endpoints").get(0).asText()).isEqualTo("chat_completions");
  }

  @Test
  void anExpiredKeyAndAForeignAddressAreRefused() {
    JsonNode expiring =
        gateway.newKey(project, "\"expires_at\":\"" + Instant.now().plusMillis(1_200) + "\"");
    assertThat(chat(expiring.path("key").asText()).statusCode()).isEqualTo(200);
    Eventually.answer(
        "the key has expired",
        () -> chat(expiring.path("key").asText()).body(),
        body -> body.contains("expired"));
    JsonNode elsewhere = gateway.newKey(project, "\"ip_allow\":[\"10.0.0.0/8\"]");
    HttpResponse<String> refused = chat(elsewhere.path("key").asText());
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("address_not_allowed");
    JsonNode call = gateway.lastCall(elsewhere.path("id").asText());
    assertThat(call.path("status").asInt()).isEqualTo(403);
    assertThat(call.path("error_code").asText()).isEqualTo("address_not_allowed");
  }

  @Test
  void listsByFilterInPages() {
    String own = gateway.newProject();
    for (int i = 0; i < 5; i++) {
      gateway.newKey(own, "\"tags\":[\"even" + i % 2 + "\"]");
    }
    JsonNode page = gateway.manage("GET", "/keys?limit=2&project=" + own, "");
    assertThat(page.path("data")).hasSize(2);
    assertThat(page.path("has_more").asBoolean()).isTrue();
    JsonNode next =
        gateway.manage(
            "GET",
            "/keys?limit=3&project=" + own + "&cursor=" + page.path("next_cursor").asText(),
            "");
    assertThat(next.path("data")).hasSize(3);
    assertThat(next.path("has_more").asBoolean()).isFalse();
    assertThat(gateway.manage("GET", "/keys?project=" + own + "&tag=even0", "").path("data"))
        .hasSize(3);
  }

  private HttpResponse<String> chat(String secret) {
    return gateway.call("/v1/chat/completions", secret, BODY);
  }

  private void awaitStatus(String secret, int status) {
    Eventually.answer(
        "the key answers " + status,
        Duration.ofSeconds(5),
        () -> chat(secret).statusCode(),
        last -> last == status);
  }
}
