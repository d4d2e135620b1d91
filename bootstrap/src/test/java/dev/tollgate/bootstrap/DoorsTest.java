package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.bootstrap.RawSocket.Heard;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a client meets at the door: ids, hints, pages, and whether to try again.
class DoorsTest {
  private static final String CHAT = "/v1/chat/completions";

  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void everyAnswerHasARequestId() {
    String key = gateway.demoKey();
    for (String path :
        List.of(
            "/v1/models",
            "/v1/models/sim-small",
            "/v1/models/none",
            "/v1/key",
            "/v1/nowhere",
            "/",
            "/nowhere",
            "/api/v1/nowhere",
            "/v1//models")) {
      assertThat(gateway.get(path, key).headers().firstValue("x-request-id"))
          .as(path)
          .hasValueSatisfying(id -> assertThat(id).startsWith("call_"));
    }
    Heard malformed =
        RawSocket.exchange(gateway.dev().port(), "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    assertThat(malformed.text().toLowerCase(Locale.ROOT)).contains("x-request-id: call_");
    assertThat(malformed.status()).isEqualTo(400);
  }

  /// Of what the server cannot read, each kind has words of its own.
  @Test
  void whatIsNotHttpIsToldWhatIsWrong() {
    int port = gateway.dev().port();
    Heard headers =
        RawSocket.exchange(
            port, "GET / HTTP/1.1\r\nHost: a\r\nx-large: " + "x".repeat(40_000) + "\r\n\r\n");
    assertThat(headers.status()).isEqualTo(431);
    assertThat(headers.body()).contains("32 KiB");
    Heard url =
        RawSocket.exchange(port, "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(url.status()).isEqualTo(414);
    assertThat(url.body()).contains("8 KiB");
  }

  /// A rule of a proxy for POST does not hold for what the proxy does not take for it.
  @Test
  void aMethodInSmallLettersIsNone() {
    String tail = " / HTTP/1.1\r\nHost: a\r\n\r\n";
    String end = " / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    int port = gateway.dev().port();
    for (String method : List.of("get", "Get", "gET", "GEt")) {
      Heard heard = RawSocket.exchange(port, method + end);
      assertThat(heard.status()).as(method).isEqualTo(400);
      assertThat(heard.body()).contains("invalid_method");
    }
    Heard behind =
        RawSocket.exchange(port, "GET" + tail + "GeT" + tail + "HEAD" + tail + "GET" + end);
    assertThat(statuses(behind)).containsExactly("200", "400", "200", "200");
    Heard older = RawSocket.exchange(port, "get / HTTP/1.0\r\n\r\n");
    assertThat(older.status()).isEqualTo(400);
    Heard fragment =
        RawSocket.exchange(
            port, "GET /v1/models#a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assertThat(fragment.body()).contains("invalid_path");
  }

  private static List<String> statuses(Heard heard) {
    return Pattern.compile("HTTP/1\\.1 ([0-9]{3}) ")
        .matcher(heard.text())
        .results()
        .map(found -> found.group(1))
        .toList();
  }

  @Test
  void aWrongBaseUrlIsToldTheLikelyRightOne() {
    HttpResponse<String> twice = gateway.call("/v1/v1/chat/completions", gateway.demoKey(), "{}");
    assertThat(message(twice))
        .contains("POST /v1/v1/chat/completions")
        .contains("Did you mean /v1/chat/completions?");

    HttpResponse<String> without = gateway.call("/chat/completions", gateway.demoKey(), "{}");
    assertThat(without.statusCode()).isEqualTo(404);
    assertThat(message(without))
        .contains("POST /chat/completions")
        .contains("Did you mean /v1/chat/completions?");

    assertThat(message(gateway.get("/v1/nowhere", gateway.demoKey())))
        .doesNotContain("Did you mean");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/chat/completions, POST",
    "DELETE, /v1/responses, POST",
    "GET, /v1/messages, POST",
    "PUT, /v1/messages/count_tokens, POST",
    "POST, /v1/models, 'GET, HEAD'",
    "DELETE, /v1/models/sim-small, 'GET, HEAD'",
    "POST, /v1/key, GET"
  })
  void anotherMethodIsToldWhichOnesThereAre(String method, String path, String allowed) {
    HttpResponse<String> answer =
        gateway.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("authorization", "Bearer " + gateway.demoKey())
                .method(method, HttpRequest.BodyPublishers.ofString("{}"))
                .build());
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("allow")).contains(allowed);
    assertThat(answer.headers().firstValue("x-should-retry")).contains("false");
    assertThat(answer.headers().firstValue("x-request-id")).isPresent();
    JsonNode body = TestingGateway.json(answer.body());
    assertThat(body.at("/error/message").asText())
        .isEqualTo(method + " " + path + " is not possible: this URL takes " + allowed + ".");
    if (path.startsWith("/v1/messages")) {
      assertThat(body.path("type").asText()).isEqualTo("error");
    } else {
      assertThat(body.at("/error/code").asText()).isEqualTo("method_not_allowed");
    }
  }

  @Test
  void anthropicClientsMayLeaveOutTheVersionInTheirBaseUrl() {
    HttpResponse<String> answer =
        gateway.call(
            "/messages",
            gateway.demoKey(),
            """
            {"model":"sim-small","max_tokens":20,"messages":[{"role":"user","content":"hi"}]}""");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(TestingGateway.json(answer.body()).path("type").asText()).isEqualTo("message");
  }

  @Test
  void anthropicModelsComeInPages() {
    String project = gateway.newProject();
    String key = gateway.newKey(project, "").path("key").asText();
    List<String> all = ids(page(key, ""));
    assertThat(all.size()).isGreaterThan(2);

    List<String> seen = new ArrayList<>();
    String after = "";
    boolean more = true;
    while (more) {
      JsonNode page = page(key, "?limit=1" + after);
      assertThat(page.path("data")).hasSizeLessThanOrEqualTo(1);
      seen.addAll(ids(page));
      assertThat(page.path("first_id").asText()).isEqualTo(seen.getLast());
      after = "&after_id=" + page.path("last_id").asText();
      more = page.path("has_more").asBoolean();
    }
    assertThat(seen).isEqualTo(all);

    JsonNode before = page(key, "?limit=2&before_id=" + all.get(3 % all.size()));
    assertThat(ids(before)).isEqualTo(all.subList(1, 3));
    assertThat(before.path("has_more").asBoolean()).isTrue();
    assertThat(models(key, "?limit=0").statusCode()).isEqualTo(400);
    assertThat(models(key, "?after_id=none").body()).contains("after_id");
  }

  @Test
  void aWebSocketIsRefusedSoThatClientsFallBack() {
    Heard heard =
        RawSocket.exchange(
            gateway.dev().port(),
            "GET /v1/responses HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

    assertThat(heard.status()).isEqualTo(426);
    assertThat(heard.body()).contains("websocket_not_supported");
  }

  @Test
  void whatARetryCannotChangeSaysSo() {
    String project = gateway.newProject();
    JsonNode key = gateway.newKey(project, "\"models\":[\"sim-small\"]");
    String secret = key.path("key").asText();
    String call = "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    List<HttpResponse<String>> finals =
        List.of(
            gateway.call(CHAT, "tgk_nobody", call.formatted("sim-small")),
            gateway.call(CHAT, "", call.formatted("sim-small")),
            gateway.call(CHAT, secret, call.formatted("sim-large")),
            gateway.call(CHAT, secret, "{"),
            gateway.call(CHAT, secret, "{\"model\":7}"),
            gateway.get("/v1/models/none", secret),
            gateway.get("/v1/models", "tgk_nobody"),
            gateway.call("/v1/nowhere", secret, "{}"));

    for (HttpResponse<String> each : finals) {
      assertThat(each.headers().firstValue("x-should-retry")).as(each.body()).hasValue("false");
      assertThat(each.headers().firstValue("retry-after")).as(each.body()).isEmpty();
    }
  }

  @Test
  void aRequestThatComesTooSlowlyIsToldSo() throws Exception {
    try (RawSocket raw = RawSocket.connect(gateway.dev().port())) {
      raw.send(
          ("POST "
                  + CHAT
                  + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
                  + gateway.demoKey()
                  + "\r\nContent-Length: 1000\r\n\r\n{")
              .getBytes(StandardCharsets.US_ASCII));
      Heard heard = raw.hear(Duration.ofSeconds(20));

      assertThat(heard.status()).isEqualTo(408);
      assertThat(heard.body()).contains("request_timeout");
      assertThat(heard.closed()).isTrue();
      int length =
          Integer.parseInt(heard.text().replaceAll("(?s).*content-length: ([0-9]+).*", "$1"));
      assertThat(heard.body()).hasSize(length);
    }
  }

  @Test
  void aCodeOfAProviderThatIsNotOursStandsApart() {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) ->
                to.json(
                    400,
                    "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\",\"code\":\"weird_code\"}}"))) {
      String model = gateway.newModel("openai", upstream.baseUrl());
      String key = gateway.newKey(gateway.newProject(), "").path("key").asText();

      HttpResponse<String> answer =
          gateway.call(
              CHAT,
              key,
              "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");

      JsonNode error = TestingGateway.json(answer.body()).path("error");
      assertThat(error.path("code").asText()).isEqualTo("provider_bad_request");
      assertThat(error.path("provider_code").asText()).isEqualTo("weird_code");
      assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
    }
  }

  private JsonNode page(String key, String query) {
    HttpResponse<String> answer = models(key, query);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return TestingGateway.json(answer.body());
  }

  private HttpResponse<String> models(String key, String query) {
    return gateway.send(
        HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/models" + query))
            .header("x-api-key", key)
            .header("anthropic-version", "2023-06-01")
            .build());
  }

  private static List<String> ids(JsonNode page) {
    List<String> ids = new ArrayList<>();
    page.path("data").forEach(each -> ids.add(each.path("id").asText()));
    return ids;
  }

  private static String message(HttpResponse<String> answer) {
    return TestingGateway.json(answer.body()).path("error").path("message").asText();
  }
}
