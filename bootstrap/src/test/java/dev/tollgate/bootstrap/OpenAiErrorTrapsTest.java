package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What OpenAI and the servers that imitate it say when something is wrong.
class OpenAiErrorTrapsTest {
  private static final String LIMITED =
      """
      {"error":{"message":"slow","type":"rate_limit_error","code":"rate_limit_exceeded"}}""";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded"
      })
  void a429ThatIsABillingStopIsFinal(String code) {
    HttpResponse<String> response =
        answered(429, error("rate_limit_error", code), "retry-after: 5");

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(TestingGateway.code(response)).isEqualTo("provider_quota");
    assertThat(response.headers().firstValue("x-should-retry")).contains("false");
    assertThat(response.headers().firstValue("retry-after")).isEmpty();
    assertThat(response.body()).doesNotContain("insufficient_quota");
  }

  @Test
  void aPaymentRequiredIsABillingStop() {
    HttpResponse<String> response = answered(402, "{\"error\":\"no credit\"}");

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(TestingGateway.code(response)).isEqualTo("provider_quota");
    assertThat(response.headers().firstValue("x-should-retry")).contains("false");
  }

  @ParameterizedTest
  @CsvSource({"tokens,rate_limit_exceeded", "requests,rate_limit_exceeded", "x,slow_down"})
  void aTransient429StaysOne(String type, String code) {
    HttpResponse<String> response = answered(429, error(type, code), "retry-after: 7");

    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(TestingGateway.code(response)).isEqualTo("provider_rate_limited");
    assertThat(response.headers().firstValue("retry-after")).contains("7");
    assertThat(response.headers().firstValue("x-should-retry")).isEmpty();
  }

  @Test
  void retryAfterInMillisecondsIsRoundedUpToSeconds() {
    HttpResponse<String> response =
        answered(429, LIMITED, "retry-after-ms: 2100", "retry-after: 9");

    assertThat(response.headers().firstValue("retry-after")).contains("3");
  }

  @Test
  void retryAfterMayBeADate() {
    ZonedDateTime then = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(40);
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.US).format(then);
    HttpResponse<String> response = answered(429, LIMITED, "retry-after: " + date);

    assertThat(Long.parseLong(response.headers().firstValue("retry-after").orElseThrow()))
        .isBetween(30L, 41L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "-4", "Wed, 21 Oct 2015 07:28:00 GMT", "NaN", "1e300"})
  void aRetryAfterThatMakesNoSenseDoesNoHarm(String value) {
    HttpResponse<String> response = answered(429, LIMITED, "retry-after: " + value);

    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.headers().firstValue("retry-after").map(Long::parseLong).orElse(1L))
        .isBetween(1L, 3600L);
  }

  @Test
  void toolsWithReasoningAreRefusedWithTheProvidersOwnWords() {
    String message =
        "Function tools with reasoning_effort are not supported for gpt-5.6 in"
            + " /v1/chat/completions.";
    HttpResponse<String> response =
        answered(
            400,
            "{\"error\":{\"message\":\""
                + message
                + "\",\"type\":\"invalid_request_error\","
                + "\"param\":\"reasoning_effort\",\"code\":null}}");

    JsonNode error = TestingGateway.json(response.body()).path("error");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(error.path("message").asText()).isEqualTo(message);
    assertThat(error.path("param").asText()).isEqualTo("reasoning_effort");
  }

  @Test
  void aContextOverflowKeepsItsCode() {
    HttpResponse<String> response =
        answered(400, error("invalid_request_error", "context_length_exceeded"));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(TestingGateway.code(response)).isEqualTo("context_length_exceeded");
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aRefusedCredentialIsTheGatewaysFaultAndStaysSecret(int status) {
    String body = "{\"error\":\"Unauthorized: " + Lane.CREDENTIAL + "\"}";
    HttpResponse<String> response = answered(status, body);

    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(TestingGateway.code(response)).isEqualTo("provider_auth");
    assertThat(response.headers().firstValue("x-should-retry")).contains("false");
    assertThat(response.body()).doesNotContain(Lane.CREDENTIAL);
  }

  @Test
  void aCredentialInAnErrorEventStaysSecret() {
    String event = "data: {\"error\":{\"message\":\"bad key " + Lane.CREDENTIAL + "\"}}\n\n";
    try (Lane lane = Lane.openAi(Replay.stream(event))) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ",\"stream\":true"));

      assertThat(response.body()).contains("bad key").doesNotContain(Lane.CREDENTIAL);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"error\":\"too long\"}",
        "{\"error\":{\"message\":\"too long\",\"type\":\"BadRequestError\",\"code\":400}}",
        "{\"object\":\"error\",\"message\":\"too long\",\"type\":\"BadRequestError\",\"code\":400}",
        "{\"error\":\"too long\",\"error_type\":\"validation\"}"
      })
  void theErrorBodiesOfSelfHostedServersAreRead(String body) {
    HttpResponse<String> response = answered(400, body);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(TestingGateway.json(response.body()).path("error").path("message").asText())
        .isEqualTo("too long");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>Request Entity Too Large</html>", "null", "[1]", "{"})
  void anErrorWithoutAReadableBodyKeepsItsStatus(String body) {
    HttpResponse<String> response = answered(413, body);

    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(TestingGateway.json(response.body()).path("error").path("message").asText())
        .isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"408,504", "409,409", "500,502", "503,503"})
  void otherStatusesAreMapped(int provider, int caller) {
    HttpResponse<String> response = answered(provider, error("server_error", "x"));

    assertThat(response.statusCode()).isEqualTo(caller);
    assertThat(response.headers().firstValue("x-should-retry")).isEmpty();
  }

  @Test
  void aRequestTheProviderGaveUpOnIsSettledAsAnEstimate() {
    try (Lane lane = Lane.openAi(Replay.answer(408, error("server_error", "timeout")))) {
      lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ""));

      assertThat(lane.call().path("status").asInt()).isEqualTo(504);
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
    }
  }

  @Test
  void aFlexTierWithoutCapacityIsARateLimit() {
    HttpResponse<String> response = answered(429, error("rate_limit", "resource_unavailable"));

    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(TestingGateway.code(response)).isEqualTo("provider_rate_limited");
  }

  @Test
  void aStreamThatFailsInTheMiddleEndsWithAnErrorAndWithoutDone() {
    String chat = Replay.fixture("openai/chat.sse");
    String open = chat.substring(0, chat.indexOf("\n\n") + 2);
    try (Lane lane = Lane.openAi(Replay.streamAndReset(open))) {
      HttpResponse<String> response =
          lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ",\"stream\":true"));

      assertThat(response.body()).startsWith(open).doesNotContain("[DONE]");
      String last = response.body().substring(open.length());
      assertThat(last).startsWith("data: {\"error\":{").endsWith("}\n\n");
      assertThat(last).contains("\"type\":\"server_error\"").contains("\"param\":null");
    }
  }

  private static HttpResponse<String> answered(int status, String body, String... headers) {
    try (Lane lane = Lane.openAi(Replay.answer(status, body, headers))) {
      return lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ""));
    }
  }

  private static String error(String type, String code) {
    return "{\"error\":{\"message\":\"m\",\"type\":\""
        + type
        + "\",\"param\":null,\"code\":\""
        + code
        + "\"}}";
  }
}
