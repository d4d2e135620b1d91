package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/// A call through the whole program, against a scripted provider.
class ChatEndToEndTest {
  private static final String ANSWER =
      """
      {"id":"c1","object":"chat.completion","created":1,"model":"upstream-model","choices":[\
      {"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],\
      "usage":{"prompt_tokens":1000,"completion_tokens":500,"total_tokens":1500,\
      "prompt_tokens_details":{"cached_tokens":200}},"future_field":{"kept":true}}""";

  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void passesBytesThroughPricesAndRecords() {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start((_, to) -> to.json(200, ANSWER, "x-secret: no"))) {
      String model = gateway.newModel("openai", upstream.baseUrl());
      JsonNode key = gateway.newKey(gateway.newProject(), "");
      HttpResponse<String> response =
          gateway.call(
              "/v1/chat/completions",
              key.path("key").asText(),
              "{\"model\":\""
                  + model
                  + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
                  + "\"future\":[1,2]}");

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(ANSWER);
      // 800 x 1 + 200 x 0.10 + 500 x 2 dollars a million
      assertThat(response.headers().firstValue("x-tollgate-cost")).contains("0.00182");
      assertThat(response.headers().firstValue("x-secret")).isEmpty();
      assertThat(upstream.received().getFirst().body())
          .isEqualTo(
              "{\"model\":\"upstream-model\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
                  + "\"future\":[1,2]}");
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("id").asText())
          .isEqualTo(response.headers().firstValue("x-request-id").orElseThrow());
      assertThat(call.path("cost").asText()).isEqualTo("0.00182");
      assertThat(call.path("tokens").path("cached_input").asLong()).isEqualTo(200);
      assertThat(call.path("status").asInt()).isEqualTo(200);
    }
  }
}
