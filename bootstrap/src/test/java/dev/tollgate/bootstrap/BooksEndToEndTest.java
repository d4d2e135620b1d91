package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.testing.Eventually;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What is kept of calls, and what can be read of it.
class BooksEndToEndTest {
  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void usageEqualsTheCallsToTheNanoDollar() {
    AtomicInteger serial = new AtomicInteger();
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) ->
                to.json(
                    200,
                    "{\"usage\":{\"prompt_tokens\":"
                        + (7 + serial.incrementAndGet())
                        + ",\"completion_tokens\":3}}"))) {
      String project = gateway.newProject();
      String model = gateway.newModel("openai", upstream.baseUrl());
      String key = gateway.newKey(project, "").path("key").asText();
      for (int i = 0; i < 25; i++) {
        gateway.call("/v1/chat/completions", key, chat(model));
      }
      gateway.call("/v1/chat/completions", key, chat("no-such-model"));
      JsonNode refused = gateway.manage("GET", "/calls?status=error&project=" + project, "");
      while (refused.path("data").isEmpty()) {
        refused = gateway.manage("GET", "/calls?status=error&project=" + project, "");
      }
      assertThat(refused.path("data").get(0).path("error_code").asText())
          .isEqualTo("model_not_found");

      Money sum = Money.ZERO;
      String exported = gateway.tryManage("GET", "/calls:export?project=" + project, "").body();
      assertThat(exported.lines()).hasSize(26);
      for (String line : exported.lines().toList()) {
        String cost = TestingGateway.json(line).path("cost").asText("0");
        sum = sum.plus(cost.equals("null") ? Money.ZERO : Money.parseUsd(cost));
      }
      for (String query : new String[] {"key", "model", "provider", "project", "key,model"}) {
        for (String interval : new String[] {"", "&interval=minute", "&interval=day"}) {
          if (!query.contains(",") || interval.isEmpty()) {
            JsonNode usage =
                gateway.manage(
                    "GET", "/usage?project=" + project + "&group_by=" + query + interval, "");
            assertThat(usage.path("total").path("cost").asText()).isEqualTo(sum.usd());
            assertThat(usage.path("total").path("calls").asInt()).isEqualTo(26);
          }
        }
      }
      JsonNode row = usageOf(model);
      assertThat(row.path("tokens").path("output").asInt()).isEqualTo(75);
      // Times of calls follow behind.
      Eventually.holds(
          "the times of calls are shown",
          () -> usageOf(model).path("latency_ms").path("p95").asLong() > 0);
    }
  }

  private JsonNode usageOf(String model) {
    return gateway.manage("GET", "/usage?group_by=model&model=" + model, "").path("data").get(0);
  }

  @Test
  void contentIsKeptByPolicyAndMayBeOptedOutOf() {
    String project =
        gateway
            .manage("POST", "/projects", "{\"name\":\"full\",\"capture\":\"full\"}")
            .path("id")
            .asText();
    String full = gateway.newKey(project, "").path("key").asText();
    String metadata = gateway.newKey(project, "\"capture\":\"metadata\"").path("key").asText();
    JsonNode none = gateway.newKey(project, "\"capture\":\"none\"");

    String optedOut = chatCall(full, true);
    String without = chatCall(metadata, false);
    // Contents are written one after the other, so none of the others is still to come.
    JsonNode kept = gateway.content(chatCall(full, false));
    assertThat(kept.path("request").asText()).contains("\"messages\"");
    assertThat(kept.path("response").asText()).contains("simulated model");
    assertThat(gateway.recorded(optedOut).path("content").isNull()).isTrue();
    assertThat(gateway.recorded(without).path("content").isNull()).isTrue();
    chatCall(none.path("key").asText(), false);
    JsonNode client = gateway.lastCall(none.path("id").asText()).path("client");
    assertThat(client.path("ip").isNull()).isTrue();
    assertThat(client.path("user_agent").isNull()).isTrue();
  }

  @Test
  void whatAClientSaysOfItselfIsKept() {
    JsonNode key = gateway.newKey(gateway.newProject(), "\"tags\":[\"t1\"]");
    gateway.send(
        HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
            .header("x-api-key", key.path("key").asText())
            .header("user-agent", "OpenAI/JS 7.57.0")
            .header("x-stainless-lang", "js")
            .header("x-stainless-package-version", "7.57.0")
            .header("x-claude-code-session-id", "session-1")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"model\":\"sim-small\",\"user\":\"u1\",\"metadata\":{\"a\":\"b\"},"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"))
            .build());
    JsonNode call = gateway.lastCall(key.path("id").asText());
    assertThat(call.path("tags").get(0).asText()).isEqualTo("t1");
    JsonNode client = call.path("client");
    assertThat(client.path("ip").asText()).isEqualTo("127.0.0.1");
    assertThat(client.path("user_agent").asText()).isEqualTo("OpenAI/JS 7.57.0");
    assertThat(client.path("sdk").asText()).isEqualTo("js 7.57.0");
    assertThat(client.path("session").asText()).isEqualTo("session-1");
    assertThat(client.path("user").asText()).isEqualTo("u1");
    assertThat(client.path("metadata").asText()).isEqualTo("{\"a\":\"b\"}");
  }

  @Test
  void healthAndMetricsAreThereAndNameNoKey() {
    JsonNode key = gateway.newKey(gateway.newProject(), "");
    chatCall(key.path("key").asText(), false);
    HttpResponse<String> ready = ops("/health/ready");
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ops("/health/live").body()).contains("UP");
    String metrics = ops("/metrics").body();
    assertThat(metrics)
        .contains("tollgate_calls_total", "tollgate_cost_nano_dollars_total")
        .contains("tollgate_overhead_seconds_bucket", "tollgate_ledger_queue")
        .doesNotContainPattern("(call|key|prj|mbr)_[0-9a-z]{26}")
        .doesNotContain("tgk_");
  }

  @Test
  void webPagesOfNamedOriginsMayCall() {
    HttpResponse<String> preflight =
        gateway.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
                .header("origin", "https://app.example")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,x-stainless-os")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .build());
    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(preflight.headers().firstValue("access-control-allow-origin"))
        .contains("https://app.example");
    assertThat(preflight.headers().firstValue("access-control-allow-headers"))
        .contains("authorization,x-stainless-os");
    HttpResponse<String> stranger =
        gateway.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/models"))
                .header("origin", "https://evil.example")
                .header("authorization", "Bearer " + gateway.demoKey())
                .build());
    assertThat(stranger.headers().firstValue("access-control-allow-origin")).isEmpty();
  }

  private String chatCall(String key, boolean optOut) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
            .header("authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.ofString(chat("sim-small")));
    if (optOut) {
      request.header("x-tollgate-capture", "off");
    }
    HttpResponse<String> response = gateway.send(request.build());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.headers().firstValue("x-request-id").orElseThrow();
  }

  private HttpResponse<String> ops(String path) {
    return gateway.send(HttpRequest.newBuilder(URI.create(gateway.opsUrl() + path)).build());
  }

  private static String chat(String model) {
    return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
  }
}
