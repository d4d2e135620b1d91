package dev.tollgate.bootstrap;

import java.util.concurrent.atomic.AtomicInteger;

/// A provider whose every answer costs exactly what its bound is: input is free, and an answer has
/// as many tokens as the cap allows, at a thousand dollars a million. Ten tokens are one cent.
final class PricedUpstream implements AutoCloseable {
  private final AtomicInteger served = new AtomicInteger();
  private final ScriptedUpstream upstream;
  private volatile long pauseMillis;

  PricedUpstream() {
    upstream =
        ScriptedUpstream.start(
            (request, to) -> {
              served.incrementAndGet();
              if (pauseMillis > 0) {
                Thread.sleep(pauseMillis);
              }
              to.json(200, answer(cap(request.body())));
            });
  }

  static String answer(int tokens) {
    return "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},"
        + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":"
        + tokens
        + "}}";
  }

  /// The output cap of a request.
  static int cap(String body) {
    return Integer.parseInt(body.replaceAll("(?s).*\"max_(?:completion_)?tokens\":(\\d+).*", "$1"));
  }

  /// How long each answer takes.
  PricedUpstream pausing(long millis) {
    pauseMillis = millis;
    return this;
  }

  ScriptedUpstream upstream() {
    return upstream;
  }

  /// Requests that reached it.
  int served() {
    return served.get();
  }

  void forget() {
    served.set(0);
  }

  /// A model at this provider.
  String model(TestingGateway gateway) {
    String provider = TestingGateway.unique("priced");
    String model = TestingGateway.unique("model");
    gateway.manage(
        "POST",
        "/providers",
        """
        {"name":"%s","kind":"openai","base_url":"%s","credential":"sk-upstream-secret-0123456789",
         "allow_private_network":true}"""
            .formatted(provider, upstream.baseUrl()));
    gateway.manage(
        "POST",
        "/models",
        """
        {"name":"%s","deployments":[{"provider":"%s","model":"m"}]}"""
            .formatted(model, provider));
    gateway.manage(
        "PUT",
        "/prices",
        """
        {"provider":"%s","model":"m","effective_from":"2026-01-01T00:00:00Z",
         "input":"0","output":"1000.00"}"""
            .formatted(provider));
    return model;
  }

  /// A call whose answer has so many tokens.
  static String body(String model, int tokens) {
    return """
    {"model":"%s","max_tokens":%d,"messages":[{"role":"user","content":"hi"}]}"""
        .formatted(model, tokens);
  }

  @Override
  public void close() {
    upstream.close();
  }
}
