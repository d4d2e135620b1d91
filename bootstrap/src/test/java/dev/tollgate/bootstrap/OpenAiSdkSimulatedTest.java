package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.InternalServerException;
import com.openai.errors.OpenAIException;
import com.openai.errors.RateLimitException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// OpenAI's SDK against the models that ship with the program.
class OpenAiSdkSimulatedTest {
  private final TestingGateway gateway = TestingGateway.shared();
  private String keyId = "";
  private OpenAIClient client = Lane.openAi("none", 0);

  @BeforeEach
  void makeKey() {
    JsonNode key = gateway.newKey(gateway.newProject(), "");
    keyId = key.path("id").asText();
    client = Lane.openAi(key.path("key").asText(), 0);
  }

  @Test
  void answersSeveralChoicesWithinTheTokenLimit() {
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(OpenAiSdkTest.chat("sim-small").n(3).maxCompletionTokens(5).build());

    assertThat(answer.choices()).hasSize(3);
    assertThat(answer.usage().orElseThrow().completionTokens()).isLessThanOrEqualTo(15);
    assertRow(answer.usage().orElseThrow());
  }

  @Test
  void streamsWithTheCostOfTheTokensItReports() {
    List<ChatCompletionChunk> chunks =
        stream(OpenAiSdkTest.chat("sim-small").streamOptions(OpenAiSdkTest.USAGE));

    CompletionUsage usage = chunks.getLast().usage().orElseThrow();
    assertThat(OpenAiSdkTest.text(chunks, 0)).isNotEmpty();
    assertThat(usage._allProperties().get("cost"))
        .isEqualTo(JsonValue.from(gateway.lastCall(keyId).path("cost").asText()));
    assertRow(usage);
  }

  @Test
  void callsTools() {
    ChatCompletion answer =
        client
            .chat()
            .completions()
            .create(
                OpenAiSdkTest.chat("sim-small")
                    .addTool(OpenAiSdkTest.GetWeather.class)
                    .putAdditionalBodyProperty("tool_choice", JsonValue.from("required"))
                    .build());

    assertThat(answer.choices().getFirst().message().toolCalls().orElseThrow()).hasSize(1);
    assertRow(answer.usage().orElseThrow());
  }

  @Test
  void answersResponsesWithReasoning() {
    Response answer =
        client
            .responses()
            .create(ResponseCreateParams.builder().model("sim-large").input("Think.").build());

    var usage = answer.usage().orElseThrow();
    JsonNode call = gateway.lastCall(keyId);
    assertThat(call.path("tokens").path("reasoning").asLong())
        .isEqualTo(usage.outputTokensDetails().reasoningTokens())
        .isPositive();
    assertThat(total(call)).isEqualTo(usage.totalTokens());
  }

  @Test
  void embeds() {
    var answer =
        client
            .embeddings()
            .create(EmbeddingCreateParams.builder().model("sim-embed").input("some text").build());

    assertThat(answer.data().getFirst().embedding()).isNotEmpty();
    assertThat(total(gateway.lastCall(keyId))).isEqualTo(answer.usage().totalTokens());
  }

  @Test
  void modelsThatFailRaiseWhatTheirNamesSay() {
    assertThatExceptionOfType(RateLimitException.class)
        .isThrownBy(() -> client.chat().completions().create(chat("sim-429")))
        .satisfies(e -> assertThat(e.code()).contains("provider_rate_limited"));
    assertThatExceptionOfType(InternalServerException.class)
        .isThrownBy(() -> client.chat().completions().create(chat("sim-billing-stop")))
        .satisfies(e -> assertThat(e.code()).contains("provider_quota"));
    assertThatExceptionOfType(OpenAIException.class)
        .isThrownBy(() -> stream(OpenAiSdkTest.chat("sim-reset")));
  }

  private static ChatCompletionCreateParams chat(String model) {
    return OpenAiSdkTest.chat(model).build();
  }

  private List<ChatCompletionChunk> stream(ChatCompletionCreateParams.Builder params) {
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(params.build())) {
      return stream.stream().toList();
    }
  }

  private void assertRow(CompletionUsage usage) {
    JsonNode call = gateway.lastCall(keyId);
    assertThat(total(call)).isEqualTo(usage.totalTokens());
    assertThat(new BigDecimal(call.path("cost").asText())).isPositive();
    assertThat(call.path("estimated").asBoolean()).isFalse();
  }

  private static long total(JsonNode call) {
    long sum = 0;
    for (JsonNode count : call.path("tokens")) {
      sum += count.asLong();
    }
    return sum;
  }
}
