package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnprocessableEntityException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Which of its exceptions OpenAI's SDK raises, and when it tries again.
class OpenAiSdkErrorsTest {
  private static final String RATE_LIMIT =
      """
      {"error":{"message":"Rate limit reached","type":"tokens","param":null,\
      "code":"rate_limit_exceeded"}}""";

  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void aWrongKeyIsUnauthorized() {
    OpenAIClient client = Lane.openAi("tgk_wrong", 0);

    assertThatExceptionOfType(UnauthorizedException.class)
        .isThrownBy(() -> client.chat().completions().create(chat("sim-small")))
        .satisfies(e -> assertThat(e.code()).contains("invalid_api_key"))
        .satisfies(OpenAiSdkErrorsTest::assertNamed);
    assertThatExceptionOfType(UnauthorizedException.class).isThrownBy(() -> client.models().list());
  }

  @Test
  void anUnknownModelIsNotFound() {
    OpenAIClient client = Lane.openAi(gateway.demoKey(), 0);

    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.chat().completions().create(chat("gpt-nope")))
        .satisfies(e -> assertThat(e.code()).contains("model_not_found"))
        .satisfies(e -> assertThat(e.param()).contains("model"));
  }

  @Test
  void aModelOutsideTheKeysListIsDenied() {
    JsonNode key = gateway.newKey(gateway.newProject(), "\"models\":[\"sim-small\"]");
    OpenAIClient client = Lane.openAi(key.path("key").asText(), 0);

    assertThatExceptionOfType(PermissionDeniedException.class)
        .isThrownBy(() -> client.chat().completions().create(chat("sim-large")))
        .satisfies(e -> assertThat(e.code()).contains("model_not_allowed"));
    assertThat(gateway.lastCall(key.path("id").asText()).path("status").asInt()).isEqualTo(403);
  }

  @Test
  void theProvidersBadRequestKeepsItsCodeAndParam() {
    try (Lane lane =
        Lane.openAi(
            Replay.answer(
                400,
                """
                {"error":{"message":"Unsupported value","type":"invalid_request_error",\
                "param":"temperature","code":"unsupported_value"}}"""))) {
      assertThatExceptionOfType(BadRequestException.class)
          .isThrownBy(() -> lane.openAi().chat().completions().create(chat(lane.model())))
          .satisfies(e -> assertThat(e.code()).contains("unsupported_value"))
          .satisfies(e -> assertThat(e.param()).contains("temperature"))
          .satisfies(e -> assertThat(e.type()).contains("invalid_request_error"))
          .satisfies(OpenAiSdkErrorsTest::assertNamed);
      assertThat(lane.call().path("cost").isNull()).isTrue();
    }
  }

  @Test
  void theGatewaysBadRequestNamesItsParam() {
    OpenAIClient client = Lane.openAi(gateway.demoKey(), 0);
    ChatCompletionCreateParams params =
        ChatCompletionCreateParams.builder().model("sim-small").messages(List.of()).build();

    assertThatExceptionOfType(BadRequestException.class)
        .isThrownBy(() -> client.chat().completions().create(params))
        .satisfies(e -> assertThat(e.param()).contains("messages"))
        .satisfies(e -> assertThat(e.code()).contains("invalid_type"));
  }

  @Test
  void theProviders422StaysOne() {
    try (Lane lane =
        Lane.openAi(Replay.answer(422, "{\"error\":{\"message\":\"no\",\"type\":\"invalid\"}}"))) {
      assertThatExceptionOfType(UnprocessableEntityException.class)
          .isThrownBy(() -> lane.openAi().chat().completions().create(chat(lane.model())));
    }
  }

  @Test
  void theProvidersRateLimitIsRetriedTwice() {
    try (Lane lane = Lane.openAi(Replay.answer(429, RATE_LIMIT, "retry-after-ms: 20"))) {
      assertThatExceptionOfType(RateLimitException.class)
          .isThrownBy(() -> lane.retryingOpenAi().chat().completions().create(chat(lane.model())))
          .satisfies(e -> assertThat(e.code()).contains("provider_rate_limited"));
      assertThat(lane.upstream().received()).hasSize(3);
    }
  }

  @Test
  void aRetryThatSucceedsIsAllTheCallerSees() {
    try (Lane lane = Lane.openAi(Replay.answer(500, "{\"error\":{\"message\":\"oops\"}}"))) {
      lane.upstream()
          .script(
              (request, to) -> {
                boolean first = lane.upstream().received().size() == 1;
                (first
                        ? Replay.answer(503, "{\"error\":{\"message\":\"oops\"}}")
                        : Replay.json("openai/chat.json"))
                    .answer(request, to);
              });
      lane.retryingOpenAi().chat().completions().create(chat(lane.model()));

      assertThat(lane.upstream().received()).hasSize(2);
      OpenAiSdkTest.assertChatRow(lane.call(), false);
    }
  }

  @Test
  void theProvidersWordNotToRetryIsPassedOn() {
    try (Lane lane = Lane.openAi(Replay.answer(429, RATE_LIMIT, "x-should-retry: false"))) {
      assertThatExceptionOfType(RateLimitException.class)
          .isThrownBy(() -> lane.retryingOpenAi().chat().completions().create(chat(lane.model())));
      assertThat(lane.upstream().received()).hasSize(1);
    }
  }

  @Test
  void anEmptyProviderAccountIsNotRetried() {
    try (Lane lane =
        Lane.openAi(
            Replay.answer(
                429,
                """
                {"error":{"message":"You exceeded your current quota","type":"insufficient_quota",\
                "param":null,"code":"insufficient_quota"}}"""))) {
      assertThatExceptionOfType(InternalServerException.class)
          .isThrownBy(() -> lane.retryingOpenAi().chat().completions().create(chat(lane.model())))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(502))
          .satisfies(e -> assertThat(e.code()).contains("provider_quota"));
      assertThat(lane.upstream().received()).hasSize(1);
    }
  }

  static Stream<Integer> serverErrors() {
    return Stream.of(500, 502, 503, 529);
  }

  @ParameterizedTest
  @MethodSource("serverErrors")
  void theProvidersServerErrorsAreServerErrors(int status) {
    try (Lane lane = Lane.openAi(Replay.answer(status, "{\"error\":{\"message\":\"oops\"}}"))) {
      assertThatExceptionOfType(InternalServerException.class)
          .isThrownBy(() -> lane.openAi().chat().completions().create(chat(lane.model())))
          .satisfies(OpenAiSdkErrorsTest::assertNamed);
      assertThat(lane.call().path("cost").isNull()).isTrue();
    }
  }

  static Stream<String> nonsense() {
    String html = "<html><body>Bad gateway</body></html>";
    String head = "HTTP/1.1 200 OK\r\n";
    return Stream.of(
        head + "content-type: text/html\r\ncontent-length: " + html.length() + "\r\n\r\n" + html,
        head
            + "content-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n25\r\n"
            + html
            + "\r\n0\r\n\r\n",
        head + "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n{}\r\n",
        head + "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n-5\r\nx\r\n",
        head + "content-type: application/json\r\ncontent-length: 2\r\n\r\n[]",
        head + "content-type: application/json\r\ncontent-length: 0\r\n\r\n",
        head + "content-type: application/json\r\ncontent-length: many\r\n\r\n{}",
        head + "content-type: application/json\r\ncontent-length: 9\r\n\r\n{\"id\":",
        head + "content-type: application/json\r\nconnection: close\r\n\r\n{\"id\":\"c1\"",
        "HTTP/1.1 two hundred\r\n\r\n",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "\u0000\u0001\u0002\u0003");
  }

  @ParameterizedTest
  @MethodSource("nonsense")
  void nonsenseIsABadGateway(String bytes) {
    try (Lane lane =
        Lane.openAi(
            (_, to) -> {
              to.raw(bytes);
              throw new IOException("enough said");
            })) {
      assertThatExceptionOfType(InternalServerException.class)
          .isThrownBy(() -> lane.openAi().chat().completions().create(chat(lane.model())))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(502))
          .satisfies(e -> assertThat(e.code()).contains("provider_broken"));
      assertThat(lane.call().path("status").asInt()).isEqualTo(502);
    }
  }

  private static void assertNamed(OpenAIServiceException e) {
    assertThat(e.headers().values("x-request-id").getFirst()).startsWith("call_");
  }

  private static ChatCompletionCreateParams chat(String model) {
    return OpenAiSdkTest.chat(model).build();
  }
}
