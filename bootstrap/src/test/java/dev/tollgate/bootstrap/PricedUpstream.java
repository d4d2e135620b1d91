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
    return model(gateway, "");
  }

  /// A model at this provider.
  ///
  /// @param options members of the provider's options
  String model(TestingGateway gateway, String options) {
    return gateway.newModel(
        "openai", upstream.baseUrl(), "m", options, "\"input\":\"0\",\"output\":\"1000.00\"");
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
