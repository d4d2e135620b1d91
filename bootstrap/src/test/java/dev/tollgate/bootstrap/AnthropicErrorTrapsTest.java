package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What Anthropic's API says when something is wrong.
class AnthropicErrorTrapsTest {
  @ParameterizedTest
  @ValueSource(strings = {"enforced_spend_limit_reached", "contract_spend_limit_reached"})
  void aSpendLimitIsABillingStop(String code) {
    HttpResponse<String> response = answered(429, limited(code));

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(error(response).path("code").asText()).isEqualTo("provider_quota");
    assertThat(response.headers().firstValue("x-should-retry")).contains("false");
  }

  @Test
  void aRampLimitIsARateLimit() {
    HttpResponse<String> response = answered(429, limited("ramp_limit_exceeded"), "retry-after: 3");

    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.headers().firstValue("retry-after")).contains("3");
    assertThat(response.headers().firstValue("x-should-retry")).isEmpty();
  }

  @Test
  void aBillingErrorIsABillingStop() {
    HttpResponse<String> response = answered(402, error("billing_error", "pay up"));

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(error(response).path("type").asText()).isEqualTo("api_error");
    assertThat(response.headers().firstValue("x-should-retry")).contains("false");
  }

  @ParameterizedTest
  @CsvSource({
    "400,invalid_request_error,400,invalid_request_error",
    "404,not_found_error,404,not_found_error",
    "409,conflict_error,409,conflict_error",
    "413,request_too_large,413,request_too_large",
    "429,rate_limit_error,429,rate_limit_error",
    "500,api_error,502,api_error",
    "503,api_error,503,overloaded_error",
    "504,timeout_error,504,timeout_error",
    "529,overloaded_error,503,overloaded_error"
  })
  void statusesKeepTheirMeaning(int provider, String type, int caller, String told) {
    HttpResponse<String> response = answered(provider, error(type, "said so"));

    assertThat(response.statusCode()).isEqualTo(caller);
    assertThat(TestingGateway.json(response.body()).path("type").asText()).isEqualTo("error");
    assertThat(error(response).path("type").asText()).isEqualTo(told);
    assertThat(error(response).path("message").asText()).isEqualTo("said so");
  }

  @Test
  void everyErrorCarriesTheIdOfTheCallTwice() {
    HttpResponse<String> response = answered(400, error("invalid_request_error", "no"));
    String id = response.headers().firstValue("request-id").orElseThrow();

    assertThat(TestingGateway.json(response.body()).path("request_id").asText()).isEqualTo(id);
    assertThat(response.headers().firstValue("x-request-id")).contains(id);
  }

  @Test
  void anEdgesAnswerWithoutJsonKeepsItsStatus() {
    HttpResponse<String> response = answered(413, "<html>Payload Too Large</html>");

    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(error(response).path("type").asText()).isEqualTo("request_too_large");
  }

  @Test
  void aLongPromptIsRefusedInTheProvidersWords() {
    String words = "prompt is too long: 200001 tokens > 200000 maximum";
    HttpResponse<String> response = answered(400, error("invalid_request_error", words));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(error(response).path("message").asText()).isEqualTo(words);
  }

  @Test
  void anUnboundedRetryAfterIsBounded() {
    HttpResponse<String> response =
        answered(429, error("rate_limit_error", "slow"), "retry-after: 999999999");

    assertThat(Long.parseLong(response.headers().firstValue("retry-after").orElseThrow()))
        .isLessThanOrEqualTo(3600);
  }

  @Test
  void aRetryAfterOfAnOverloadIsPassedOn() {
    HttpResponse<String> response =
        answered(529, error("overloaded_error", "slow"), "retry-after: 12");

    assertThat(response.headers().firstValue("retry-after")).contains("12");
  }

  @Test
  void theProvidersIdOfTheRequestIsKeptApart() {
    HttpResponse<String> response;
    try (Lane lane =
        Lane.anthropic(
            Replay.answer(
                200, Replay.fixture("anthropic/message.json").strip(), "request-id: req_theirs"))) {
      response = lane.post("/v1/messages", AnthropicTrapsTest.body(lane, ""));
    }

    assertThat(response.headers().firstValue("x-tollgate-provider-request-id"))
        .contains("req_theirs");
    assertThat(response.headers().firstValue("request-id").orElseThrow()).startsWith("call_");
  }

  @Test
  void aStreamThatDiesIsAnErrorAndNotAFinish() {
    String open = Replay.fixture("anthropic/message-open.sse");
    try (Lane lane = Lane.anthropic(Replay.streamAndReset(open))) {
      HttpResponse<String> response =
          lane.post("/v1/messages", AnthropicTrapsTest.body(lane, ",\"stream\":true"));

      assertThat(response.body()).startsWith(open).doesNotContain("message_stop");
      String last = response.body().substring(open.length());
      assertThat(last).startsWith("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":");
      assertThat(last).contains("\"request_id\":\"" + lane.call().path("id").asText());
    }
  }

  @Test
  void aCredentialInAnErrorEventStaysSecret() {
    String event =
        "event: error\ndata: " + error("authentication_error", "bad " + Lane.CREDENTIAL) + "\n\n";
    try (Lane lane = Lane.anthropic(Replay.stream(event))) {
      HttpResponse<String> response =
          lane.post("/v1/messages", AnthropicTrapsTest.body(lane, ",\"stream\":true"));

      assertThat(response.statusCode()).isEqualTo(502);
      assertThat(response.body()).contains("provider_auth").doesNotContain(Lane.CREDENTIAL);
    }
  }

  private static HttpResponse<String> answered(int status, String body, String... headers) {
    try (Lane lane = Lane.anthropic(Replay.answer(status, body, headers))) {
      return lane.post("/v1/messages", AnthropicTrapsTest.body(lane, ""));
    }
  }

  private static String error(String type, String message) {
    return "{\"type\":\"error\",\"error\":{\"type\":\""
        + type
        + "\",\"message\":\""
        + message
        + "\"},\"request_id\":\"req_1\"}";
  }

  private static String limited(String code) {
    return "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\","
        + "\"details\":{\"error_code\":\""
        + code
        + "\"}},\"request_id\":\"req_1\"}";
  }

  private static JsonNode error(HttpResponse<String> response) {
    return TestingGateway.json(response.body()).path("error");
  }
}
