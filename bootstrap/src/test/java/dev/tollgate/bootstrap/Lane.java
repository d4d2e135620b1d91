package dev.tollgate.bootstrap;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A provider, a model and a key of a test's own behind the shared gateway, and the official SDKs
/// pointed at it.
final class Lane implements AutoCloseable {
  /// 1 dollar a million input tokens, 0.10 cached, 1.25 written to a cache, 2 output.
  private static final String USUAL_PRICE =
      """
      "input":"1.00","cached_input":"0.10","cache_write":"1.25","output":"2.00\"""";

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final TestingGateway gateway = TestingGateway.shared();
  private final ScriptedUpstream upstream;
  private final String model = TestingGateway.unique("model");
  private final JsonNode key;

  private Lane(String kind, String price, ScriptedUpstream.Script script) {
    this(kind, price, ScriptedUpstream.start(script), null, "PT2S");
  }

  private Lane(
      String kind,
      String price,
      ScriptedUpstream upstream,
      @Nullable String elsewhere,
      String idle) {
    this.upstream = upstream;
    String baseUrl = elsewhere == null ? upstream.baseUrl() : elsewhere;
    String provider = TestingGateway.unique("provider");
    gateway.manage(
        "POST",
        "/providers",
        """
        {"name":"%s","kind":"%s","base_url":"%s","credential":"%s","allow_private_network":true,
         "options":{"timeouts":{"connect":"PT2S","first_byte":"PT3S","whole":"PT3S","idle":"%s",
                                "total":"PT20S"}}}"""
            .formatted(provider, kind, baseUrl, CREDENTIAL, idle));
    gateway.manage(
        "POST",
        "/models",
        """
        {"name":"%s","deployments":[{"provider":"%s","model":"upstream-model"}]}"""
            .formatted(model, provider));
    gateway.manage(
        "PUT",
        "/prices",
        """
        {"provider":"%s","model":"upstream-model","effective_from":"2026-01-01T00:00:00Z",%s}"""
            .formatted(provider, price));
    key = gateway.newKey(gateway.newProject(), "");
  }

  /// What the gateway presents to the provider; nobody else may see it.
  static final String CREDENTIAL = "sk-upstream-secret-0123456789";

  static Lane openAi(ScriptedUpstream.Script script) {
    return new Lane("openai", USUAL_PRICE, script);
  }

  /// One whose provider may be silent for twenty seconds in the middle of an answer, not for two.
  static Lane patientOpenAi(ScriptedUpstream.Script script) {
    return new Lane("openai", USUAL_PRICE, ScriptedUpstream.start(script), null, "PT20S");
  }

  /// A lane to a server of the test's own.
  static Lane openAiAt(String baseUrl) {
    return new Lane("openai", USUAL_PRICE, ScriptedUpstream.start((_, _) -> {}), baseUrl, "PT2S");
  }

  static Lane anthropic(ScriptedUpstream.Script script) {
    return new Lane("anthropic", USUAL_PRICE, script);
  }

  /// @param price members of `PUT /prices`, such as `"components":[...]`
  static Lane priced(String kind, String price, ScriptedUpstream.Script script) {
    return new Lane(kind, price, script);
  }

  String model() {
    return model;
  }

  String key() {
    return key.path("key").asText();
  }

  ScriptedUpstream upstream() {
    return upstream;
  }

  /// The body the provider got last.
  String upstreamBody() {
    return upstream.received().getLast().body();
  }

  /// The row of the newest call.
  JsonNode call() {
    return gateway.lastCall(key.path("id").asText());
  }

  HttpResponse<String> post(String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway.url() + path))
            .timeout(PATIENCE)
            .header("x-tollgate-key", key())
            .header("content-type", "application/json");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return gateway.send(request.POST(HttpRequest.BodyPublishers.ofString(body)).build());
  }

  OpenAIClient openAi() {
    return openAi(key(), 0);
  }

  /// The client as the SDK configures it, with its two retries.
  OpenAIClient retryingOpenAi() {
    return openAi(key(), 2);
  }

  static OpenAIClient openAi(String key, int retries) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(TestingGateway.shared().url() + "/v1")
        .apiKey(key)
        .maxRetries(retries)
        .timeout(PATIENCE)
        .build();
  }

  AnthropicClient anthropic() {
    return anthropic(key(), 0);
  }

  AnthropicClient retryingAnthropic() {
    return anthropic(key(), 2);
  }

  static AnthropicClient anthropic(String key, int retries) {
    return AnthropicOkHttpClient.builder()
        .baseUrl(TestingGateway.shared().url())
        .apiKey(key)
        .maxRetries(retries)
        .timeout(PATIENCE)
        .build();
  }

  @Override
  public void close() {
    upstream.close();
  }
}
