package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.testing.Eventually;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/// From a threshold that is reached to the people and machines that are told.
class NotificationsTest {
  private final TestingGateway gateway = TestingGateway.shared();

  private List<JsonNode> about(String budget) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode each : gateway.manage("GET", "/notifications?limit=100", "").path("data")) {
      if (each.path("text").asText().contains(budget)) {
        found.add(each);
      }
    }
    return found;
  }

  private List<JsonNode> awaitDelivered(String budget, int count) {
    return Eventually.answer(
        "all are delivered",
        () -> about(budget),
        found ->
            found.size() >= count
                && found.stream()
                    .allMatch(each -> each.path("status").asText().equals("delivered")));
  }

  @Test
  void aThresholdTellsAddressesAndWebhooksOnce() throws Exception {
    AtomicInteger posts = new AtomicInteger();
    try (PricedUpstream upstream = new PricedUpstream();
        ScriptedUpstream receiver =
            ScriptedUpstream.start(
                (_, to) -> to.json(posts.incrementAndGet() == 1 ? 500 : 200, "{}"))) {
      JsonNode webhook = newWebhook(receiver);
      String model = upstream.model(gateway);
      JsonNode key =
          gateway.newKey(
              gateway.newProject(),
              "\"budget\":{\"limit\":\"0.10\",\"window\":\"day\",\"thresholds\":[50,100],"
                  + "\"notify\":[\"lead@example.com\"]}");
      String budget = gateway.budgetOf(key).path("id").asText();
      String secret = key.path("key").asText();
      gateway.call("/v1/chat/completions", secret, PricedUpstream.body(model, 40));
      assertThat(about(budget)).isEmpty();
      gateway.call("/v1/chat/completions", secret, PricedUpstream.body(model, 20));
      List<JsonNode> told = awaitDelivered(budget, 2);
      assertThat(told).hasSize(2);
      assertThat(told)
          .extracting(each -> each.path("channel").asText())
          .containsExactlyInAnyOrder("email", "webhook");
      JsonNode mail =
          told.stream()
              .filter(each -> each.path("channel").asText().equals("email"))
              .findFirst()
              .orElseThrow();
      assertThat(mail.path("receiver").asText()).isEqualTo("lead@example.com");
      assertThat(mail.path("subject").asText()).contains("50 %").contains("$0.10");
      ScriptedUpstream.Received post =
          receiver.received().stream()
              .filter(each -> each.body().contains(budget))
              .reduce((_, last) -> last)
              .orElseThrow();
      assertThat(post.header("webhook-signature"))
          .isEqualTo(
              signature(
                  webhook.path("secret").asText(),
                  post.header("webhook-id")
                      + "."
                      + post.header("webhook-timestamp")
                      + "."
                      + post.body()));
      assertThat(TestingGateway.json(post.body()).path("data").path("threshold").asInt())
          .isEqualTo(50);
      assertThat(posts.get()).isGreaterThan(1);
      assertThat(remove(webhook)).isEqualTo(204);
    }
  }

  @Test
  void aWebhookCanBeTriedOut() {
    try (ScriptedUpstream receiver = ScriptedUpstream.start((_, to) -> to.json(200, "{}"))) {
      JsonNode webhook = newWebhook(receiver);
      assertThat(tried(webhook).path("ok").asBoolean()).isTrue();
      receiver.script((_, to) -> to.json(404, "{}"));
      assertThat(tried(webhook).path("error").asText()).isEqualTo("the receiver answered 404");
      assertThat(gateway.manage("GET", "/notifications/webhooks", "").toString())
          .contains(webhook.path("id").asText())
          .doesNotContain("whsec_");
      assertThat(remove(webhook)).isEqualTo(204);
      assertThat(remove(webhook)).isEqualTo(404);
    }
  }

  @Test
  void aWebhookIsDeliveredToItsVeryPath() {
    try (ScriptedUpstream receiver = ScriptedUpstream.start((_, to) -> to.json(200, "{}"))) {
      String host = "http://" + URI.create(receiver.baseUrl()).getAuthority();
      for (String path : new String[] {"", "/", "/hooks/"}) {
        JsonNode webhook = newWebhook(host + path);
        assertThat(tried(webhook).path("ok").asBoolean()).isTrue();
        assertThat(receiver.received().getLast().head())
            .startsWith("POST " + (path.isEmpty() ? "/" : path) + " HTTP/1.1");
        assertThat(remove(webhook)).isEqualTo(204);
      }
    }
  }

  private JsonNode newWebhook(ScriptedUpstream receiver) {
    return newWebhook(receiver.baseUrl() + "/hook");
  }

  private JsonNode newWebhook(String url) {
    return gateway.manage(
        "POST",
        "/notifications/webhooks",
        "{\"url\":\"%s\",\"allow_private_network\":true}".formatted(url));
  }

  private JsonNode tried(JsonNode webhook) {
    String id = webhook.path("id").asText();
    return gateway.manage("POST", "/notifications/webhooks/" + id + "/test", "");
  }

  private int remove(JsonNode webhook) {
    String id = webhook.path("id").asText();
    return gateway.tryManage("DELETE", "/notifications/webhooks/" + id, "").statusCode();
  }

  private static String signature(String secret, String signed) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return "v1,"
        + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aWebhookMayNotLeadIntoAPrivateNetworkUnlessThatIsAllowed() {
    JsonNode webhook =
        gateway.manage("POST", "/notifications/webhooks", "{\"url\":\"http://127.0.0.1:9/hook\"}");
    assertThat(tried(webhook).path("error").asText()).contains("not allowed");
    assertThat(remove(webhook)).isEqualTo(204);
  }
}
