package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.anthropic.client.AnthropicClient;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.PermissionDeniedException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.SseException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.models.ErrorType;
import com.anthropic.models.messages.MessageCreateParams;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which of its exceptions Anthropic's SDK raises, and when it tries again.
class AnthropicSdkErrorsTest {
  private static final String OPEN = Replay.fixture("anthropic/message-open.sse");

  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void aWrongKeyIsUnauthorized() {
    AnthropicClient client = Lane.anthropic("tgk_wrong", 0);

    assertThatExceptionOfType(UnauthorizedException.class)
        .isThrownBy(() -> client.messages().create(ask("sim-small")))
        .satisfies(e -> assertThat(e.type()).contains(ErrorType.AUTHENTICATION_ERROR))
        .satisfies(AnthropicSdkErrorsTest::assertNamed);
  }

  @Test
  void anUnknownModelIsNotFound() {
    AnthropicClient client = Lane.anthropic(gateway.demoKey(), 0);

    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.messages().create(ask("claude-nope")))
        .satisfies(e -> assertThat(e.type()).contains(ErrorType.NOT_FOUND_ERROR))
        .satisfies(AnthropicSdkErrorsTest::assertNamed);
  }

  @Test
  void anUnknownModelIsNotFoundInTheListEither() {
    AnthropicClient client = Lane.anthropic(gateway.demoKey(), 0);

    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.models().retrieve("claude-nope"))
        .satisfies(e -> assertThat(e.type()).contains(ErrorType.NOT_FOUND_ERROR))
        .satisfies(AnthropicSdkErrorsTest::assertNamed);
  }

  @Test
  void aModelOutsideTheKeysListIsDenied() {
    JsonNode key = gateway.newKey(gateway.newProject(), "\"models\":[\"sim-small\"]");
    AnthropicClient client = Lane.anthropic(key.path("key").asText(), 0);

    assertThatExceptionOfType(PermissionDeniedException.class)
        .isThrownBy(() -> client.messages().create(ask("sim-large")))
        .satisfies(e -> assertThat(e.type()).contains(ErrorType.PERMISSION_ERROR));
  }

  @Test
  void theProvidersBadRequestKeepsItsWords() {
    try (Lane lane = failing(400, "invalid_request_error", "max_tokens: too large")) {
      assertThatExceptionOfType(BadRequestException.class)
          .isThrownBy(() -> lane.anthropic().messages().create(ask(lane.model())))
          .satisfies(e -> assertThat(e.apiMessage()).contains("max_tokens: too large"))
          .satisfies(e -> assertThat(e.type()).contains(ErrorType.INVALID_REQUEST_ERROR))
          .satisfies(AnthropicSdkErrorsTest::assertNamed);
    }
  }

  @Test
  void anOverloadedProviderIsOverloadedAndRetried() {
    try (Lane lane = failing(529, "overloaded_error", "Overloaded")) {
      assertThatExceptionOfType(InternalServerException.class)
          .isThrownBy(() -> lane.retryingAnthropic().messages().create(ask(lane.model())))
          .satisfies(e -> assertThat(e.statusCode()).isIn(503, 529))
          .satisfies(e -> assertThat(e.type()).contains(ErrorType.OVERLOADED_ERROR));
      assertThat(lane.upstream().received()).hasSize(3);
      assertThat(lane.call().path("error_code").asText()).isEqualTo("provider_overloaded");
      assertThat(lane.call().path("cost").isNull()).isTrue();
    }
  }

  @Test
  void theProvidersRateLimitStaysOne() {
    try (Lane lane = failing(429, "rate_limit_error", "slow down")) {
      assertThatExceptionOfType(RateLimitException.class)
          .isThrownBy(() -> lane.anthropic().messages().create(ask(lane.model())))
          .satisfies(e -> assertThat(e.type()).contains(ErrorType.RATE_LIMIT_ERROR));
    }
  }

  @Test
  void aRefusedCredentialIsTheGatewaysFault() {
    try (Lane lane = failing(401, "authentication_error", "invalid x-api-key")) {
      assertThatExceptionOfType(InternalServerException.class)
          .isThrownBy(() -> lane.retryingAnthropic().messages().create(ask(lane.model())))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(502))
          .satisfies(e -> assertThat(e.type()).contains(ErrorType.API_ERROR));
      assertThat(lane.upstream().received()).hasSize(1);
    }
  }

  @Test
  void anErrorEventInTheMiddleRaises() {
    String error =
        """
        event: error
        data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},\
        "request_id":"req_1"}

        """;
    try (Lane lane = Lane.anthropic(Replay.stream(OPEN + error))) {
      assertThatExceptionOfType(SseException.class)
          .isThrownBy(() -> AnthropicSdkTest.stream(lane, AnthropicSdkTest.ask(lane.model())))
          .satisfies(e -> assertThat(e.type()).contains(ErrorType.OVERLOADED_ERROR));
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
      assertThat(lane.call().path("status").asInt()).isGreaterThanOrEqualTo(500);
    }
  }

  @Test
  void aStreamThatEndsBeforeMessageStopRaises() {
    try (Lane lane = Lane.anthropic(Replay.stream(OPEN))) {
      assertThatExceptionOfType(AnthropicException.class)
          .isThrownBy(() -> AnthropicSdkTest.stream(lane, AnthropicSdkTest.ask(lane.model())));
      assertBroken(lane.call());
    }
  }

  @Test
  void aStreamThatEndsBetweenMessageDeltaAndMessageStopRaises() {
    String events = Replay.fixture("anthropic/message.sse");
    String open = events.substring(0, events.indexOf("event: message_stop"));
    try (Lane lane = Lane.anthropic(Replay.stream(open))) {
      assertThatExceptionOfType(AnthropicException.class)
          .isThrownBy(() -> AnthropicSdkTest.stream(lane, AnthropicSdkTest.ask(lane.model())));
      assertThat(lane.call().path("error_code").asText()).isEqualTo("provider_broken");
      assertThat(lane.call().path("tokens").path("output").asLong()).isEqualTo(35);
    }
  }

  @Test
  void aResetInTheMiddleRaises() {
    try (Lane lane = Lane.anthropic(Replay.streamAndReset(OPEN))) {
      assertThatExceptionOfType(AnthropicException.class)
          .isThrownBy(() -> AnthropicSdkTest.stream(lane, AnthropicSdkTest.ask(lane.model())));
      assertBroken(lane.call());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n",
        "garbage\r\n\r\n"
      })
  void nonsenseIsABadGateway(String bytes) {
    try (Lane lane =
        Lane.anthropic(
            (_, to) -> {
              to.raw(bytes);
              throw new IOException("enough said");
            })) {
      assertThatExceptionOfType(InternalServerException.class)
          .isThrownBy(() -> lane.anthropic().messages().create(ask(lane.model())))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(502))
          .satisfies(e -> assertThat(e.type()).contains(ErrorType.API_ERROR));
    }
  }

  private static void assertBroken(JsonNode call) {
    assertThat(call.path("status").asInt()).isEqualTo(502);
    assertThat(call.path("error_code").asText()).isEqualTo("provider_broken");
    assertThat(call.path("estimated").asBoolean()).isTrue();
    assertThat(call.path("tokens").path("cached_input").asLong()).isEqualTo(2000);
  }

  private static void assertNamed(AnthropicServiceException e) {
    assertThat(e.requestId().orElse("")).startsWith("call_");
  }

  private static Lane failing(int status, String type, String message) {
    return Lane.anthropic(
        Replay.answer(
            status,
            "{\"type\":\"error\",\"error\":{\"type\":\""
                + type
                + "\",\"message\":\""
                + message
                + "\"},\"request_id\":\"req_1\"}"));
  }

  private static MessageCreateParams ask(String model) {
    return AnthropicSdkTest.ask(model).build();
  }
}
