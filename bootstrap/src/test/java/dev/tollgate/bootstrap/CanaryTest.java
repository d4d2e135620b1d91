package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Secrets that were given to the gateway come out nowhere, even when a provider repeats them.
class CanaryTest {
  private static final List<Integer> STATUSES =
      List.of(300, 400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529);

  private final TestingGateway gateway = TestingGateway.shared();
  private final Watched watched = new Watched();
  private ScriptedUpstream upstream;
  private JsonNode key;

  @BeforeEach
  void setUp() {
    upstream = ScriptedUpstream.start((_, to) -> to.json(200, "{}"));
    key = gateway.newKey(gateway.newProject(), "");
  }

  @AfterEach
  void tearDown() {
    upstream.close();
    watched.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sk-canary-0123456789abcdefghij",
        "0123456789abcdef0123456789canary",
        "canary+with/odd=characters.$1\\d(",
        "short1canary"
      })
  void aProvidersEchoOfItsCredentialStaysInside(String credential) {
    for (String kind : List.of("openai", "anthropic")) {
      String model = model(kind, credential);
      String path = kind.equals("openai") ? "/v1/chat/completions" : "/v1/messages";
      for (int status : STATUSES) {
        upstream.script((request, to) -> to.json(status, errorBody(request), headers(request)));
        call(path, body(model, false));
        call(path, body(model, true));
      }
      upstream.script((request, to) -> to.json(200, "{\"id\":\"a\"}", headers(request)));
      call(path, body(model, false));
      // A server that repeats what it was asked, and says that all went well.
      upstream.script((request, to) -> to.json(200, echo(kind, request), headers(request)));
      call(path, body(model, false));
      upstream.script(
          (request, to) -> {
            to.beginEvents();
            to.chunk("data: " + chunk(request) + "\n\n");
            to.chunk("data: " + chunk(request).substring(0, 60));
            to.chunk(chunk(request).substring(60) + "\n\ndata: [DONE]\n\n");
            to.endChunks();
          });
      call(path, body(model, true));
      upstream.script(
          (request, to) -> {
            to.beginEvents();
            to.chunk("data: {\"id\":\"a\",\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n");
            to.chunk("event: error\ndata: " + errorBody(request) + "\n\n");
            to.endChunks();
          });
      call(path, body(model, true));
      upstream.script((request, to) -> to.raw("HTTP/1.1 " + secret(request) + "\r\n\r\n"));
      call(path, body(model, false));
      upstream.script((request, to) -> to.json(200, secret(request), headers(request)));
      call(path, body(model, false));
    }

    assertThat(upstream.received()).anyMatch(each -> each.head().contains(credential));
    look();
    assertThat(around(credential)).isEmpty();
  }

  private static String echo(String kind, ScriptedUpstream.Received request) {
    String text = escaped(secret(request));
    return kind.equals("openai")
        ? "{\"id\":\"a\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\","
            + "\"message\":{\"role\":\"assistant\",\"content\":\""
            + text
            + "\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}"
        : "{\"id\":\"a\",\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\""
            + text
            + "\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}";
  }

  private static String chunk(ScriptedUpstream.Received request) {
    return "{\"id\":\"a\",\"choices\":[{\"delta\":{\"content\":\"said "
        + escaped(secret(request))
        + "\"}}]}";
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\");
  }

  @Test
  void aSecretThatIsCutOffStaysInsideToo() {
    String credential = "0123456789abcdef0123456789abcdef0123456789abcdef";
    String model = model("openai", credential);
    for (int at = 1_950; at <= 2_000; at += 5) {
      String message = "x".repeat(at) + credential;
      upstream.script((_, to) -> to.json(400, "{\"error\":{\"message\":\"" + message + "\"}}"));
      call("/v1/chat/completions", body(model, false));
    }

    look();
    assertThat(around(credential.substring(0, 12))).isEmpty();
  }

  @Test
  void callersSecretsStayInside() {
    String canary = "canary-of-a-stranger-0123456789";
    String model = model("openai", "sk-upstream-secret-0123456789");
    upstream.script((_, to) -> to.json(200, "{\"id\":\"a\",\"choices\":[]}"));
    String body = body(model, false);
    call("/v1/chat/completions", body);
    for (String header :
        List.of(
            "authorization",
            "x-api-key",
            "api-key",
            "x-tollgate-key",
            "cookie",
            "openai-organization",
            "proxy-authorization",
            "x-goog-api-key")) {
      for (String path :
          List.of("/v1/chat/completions", "/v1/messages", "/api/v1/keys", "/v1/none")) {
        record(
            gateway.send(
                HttpRequest.newBuilder(URI.create(gateway.url() + path))
                    .header(header, "Bearer " + canary)
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build()));
      }
    }
    record(gateway.send(withBoth(canary, body)));

    look();
    String secret = key.path("key").asText();
    assertThat(around(canary)).isEmpty();
    assertThat(around(secret)).isEmpty();
    assertThat(around(gateway.adminToken())).isEmpty();
    assertThat(upstream.received())
        .noneMatch(each -> each.head().contains(canary) || each.head().contains(secret));
  }

  @Test
  void aKeyIsShownOnce() {
    String rotated =
        gateway
            .manage("POST", "/keys/" + key.path("id").asText() + "/rotate", "")
            .path("key")
            .asText();
    look();

    assertThat(rotated).startsWith("tgk_");
    assertThat(around(rotated)).isEmpty();
    assertThat(around(key.path("key").asText())).isEmpty();
  }

  @Test
  void aRepeatUnderAnIdempotencyKeyShowsNoSecret() {
    String body = "{\"name\":\"once\",\"project\":\"" + key.path("project").asText() + "\"}";
    HttpResponse<String> first = createOnce(body);
    String secret = TestingGateway.json(first.body()).path("key").asText();
    record(createOnce(body));
    look();

    assertThat(secret).startsWith("tgk_");
    assertThat(around(secret)).isEmpty();
  }

  private HttpResponse<String> createOnce(String body) {
    return gateway.send(
        HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1/keys"))
            .header("authorization", "Bearer " + gateway.adminToken())
            .header("idempotency-key", "canary-" + key.path("id").asText())
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private HttpRequest withBoth(String canary, String body) {
    return HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
        .header("authorization", "Bearer " + canary)
        .header("x-tollgate-key", key.path("key").asText())
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  /// Everything that anyone can read of the gateway.
  private void look() {
    for (String path :
        List.of(
            "/keys?limit=100",
            "/keys/" + key.path("id").asText(),
            "/providers",
            "/models",
            "/prices",
            "/projects",
            "/usage?group_by=key,model",
            "/audit-events?limit=100",
            "/notifications/webhooks",
            "/notifications",
            "/operations?limit=100",
            "/calls:export",
            "/calls?limit=100&key=" + key.path("id").asText())) {
      record(gateway.tryManage("GET", path, ""));
    }
    gateway
        .manage("GET", "/calls?limit=100&key=" + key.path("id").asText(), "")
        .path("data")
        .forEach(
            call -> record(gateway.tryManage("GET", "/calls/" + call.path("id").asText(), "")));
    gateway
        .manage("GET", "/providers", "")
        .path("data")
        .forEach(
            provider -> {
              if (provider.path("base_url").asText().equals(upstream.baseUrl())) {
                String id = provider.path("id").asText();
                upstream.script((request, to) -> to.json(401, errorBody(request)));
                record(gateway.tryManage("POST", "/providers/" + id + "/test", ""));
              }
            });
    for (String path : List.of("/metrics", "/health/ready", "/health/live")) {
      record(gateway.send(HttpRequest.newBuilder(URI.create(gateway.opsUrl() + path)).build()));
    }
  }

  private void call(String path, String body) {
    record(gateway.call(path, key.path("key").asText(), body));
  }

  private void record(HttpResponse<String> response) {
    watched.add(response);
  }

  private List<String> around(String secret) {
    return watched.around(secret);
  }

  private String model(String kind, String credential) {
    String name = TestingGateway.unique("canary");
    gateway.manage(
        "POST",
        "/providers",
        """
        {"name":"%s","kind":"%s","base_url":"%s","credential":"%s",
         "allow_private_network":true,"options":{"timeouts":{"connect":"PT2S"}}}"""
            .formatted(name, kind, upstream.baseUrl(), credential.replace("\\", "\\\\")));
    gateway.manage(
        "POST",
        "/models",
        """
        {"name":"%s","deployments":[{"provider":"%s","model":"m"}]}"""
            .formatted(name, name));
    return name;
  }

  private static String body(String model, boolean stream) {
    return """
        {"model":"%s","max_tokens":5,"stream":%s,"messages":[{"role":"user","content":"hi"}]}"""
        .formatted(model, stream);
  }

  private static String secret(ScriptedUpstream.Received request) {
    String key = request.header("x-api-key");
    return key.isEmpty() ? request.header("authorization").replaceFirst("^Bearer ", "") : key;
  }

  private static String errorBody(ScriptedUpstream.Received request) {
    String secret = secret(request).replace("\\", "\\\\");
    return """
        {"type":"error","error":{"message":"Incorrect API key provided: %1$s. Bearer %1$s",\
        "type":"%1$s","param":"%1$s","code":"%1$s","details":{"error_code":"%1$s"}},"key":"%1$s"}"""
        .formatted(secret);
  }

  private static String[] headers(ScriptedUpstream.Received request) {
    String secret = secret(request);
    List<String> headers = new ArrayList<>();
    for (String name :
        List.of(
            "authorization",
            "x-api-key",
            "set-cookie",
            "x-request-id",
            "request-id",
            "openai-processing-ms",
            "openai-version",
            "openai-organization",
            "retry-after",
            "retry-after-ms",
            "x-ratelimit-remaining",
            "www-authenticate",
            "location",
            "via")) {
      headers.add(name + ": " + secret);
    }
    return headers.toArray(new String[0]);
  }
}
