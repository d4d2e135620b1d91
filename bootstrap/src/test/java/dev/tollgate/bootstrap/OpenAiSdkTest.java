package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What OpenAI's own SDK does through the gateway, and what the gateway writes down about it.
class OpenAiSdkTest {
  @Test
  void readsAnAnswerWithItsUsageAndItsUnknownFields() {
    try (Lane lane = Lane.openAi(Replay.json("openai/chat.json"));
        HttpResponseFor<ChatCompletion> response =
            lane.openAi()
                .chat()
                .completions()
                .withRawResponse()
                .create(
                    chat(lane.model())
                        .putAdditionalBodyProperty("future", JsonValue.from(List.of(1, 2)))
                        .build())) {
      ChatCompletion answer = response.parse();

      assertThat(answer.choices().getFirst().message().content()).contains("Grüße aus Köln 🌍");
      assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(1500);
      assertThat(answer._allProperties()).containsKey("future_field");
      assertThat(response.headers().values("x-tollgate-cost")).containsExactly("0.001845");
      assertThat(response.requestId()).contains(lane.call().path("id").asText());
      assertThat(lane.upstreamBody()).contains("\"future\":[1,2]");
      assertChatRow(lane.call(), false);
    }
  }

  @Test
  void streamsWithUsageAndCostInTheLastChunkWhenAsked() {
    try (Lane lane = Lane.openAi(Replay.stream(Replay.fixture("openai/chat.sse")))) {
      List<ChatCompletionChunk> chunks = stream(lane, chat(lane.model()).streamOptions(USAGE));

      assertThat(text(chunks, 0)).isEqualTo("Grüße aus \"Köln\" 🌍 [DONE] \"usage\"");
      CompletionUsage usage = chunks.getLast().usage().orElseThrow();
      assertThat(usage.promptTokens()).isEqualTo(1000);
      assertThat(usage._allProperties().get("cost")).isEqualTo(JsonValue.from("0.001845"));
      assertThat(chunks.subList(0, chunks.size() - 1))
          .allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
      assertChatRow(lane.call(), true);
    }
  }

  @Test
  void streamsWithoutUsageWhenNobodyAsked() {
    try (Lane lane = Lane.openAi(Replay.stream(Replay.fixture("openai/chat.sse")))) {
      List<ChatCompletionChunk> chunks = stream(lane, chat(lane.model()));

      assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
      assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.choices()).isNotEmpty());
      assertThat(lane.upstreamBody()).contains("\"stream_options\":{\"include_usage\":true}");
      assertChatRow(lane.call(), true);
    }
  }

  @Test
  void carriesToolCalls() {
    try (Lane lane = Lane.openAi(Replay.json("openai/chat-tools.json"))) {
      ChatCompletion answer =
          lane.openAi()
              .chat()
              .completions()
              .create(chat(lane.model()).addTool(GetWeather.class).build());

      var call = answer.choices().getFirst().message().toolCalls().orElseThrow().getFirst();
      assertThat(call.asFunction().function().arguments()).isEqualTo("{\"city\":\"Paris\"}");
      assertThat(lane.upstreamBody()).contains("\"GetWeather\"");
      assertChatRow(lane.call(), false);
    }
  }

  @Test
  void carriesParallelToolCallsInAStream() {
    try (Lane lane = Lane.openAi(Replay.stream(Replay.fixture("openai/chat-tools.sse")))) {
      ChatCompletionAccumulator whole = ChatCompletionAccumulator.create();
      stream(lane, chat(lane.model()).addTool(GetWeather.class)).forEach(whole::accumulate);

      var calls =
          whole.chatCompletion().choices().getFirst().message().toolCalls().orElseThrow().stream()
              .map(call -> call.asFunction().function())
              .map(function -> function.name() + function.arguments());
      assertThat(calls).containsExactly("get_weather{\"city\":\"Paris\"}", "get_time{}");
      assertChatRow(lane.call(), true);
    }
  }

  @Test
  void carriesInterleavedChoices() {
    try (Lane lane = Lane.openAi(Replay.stream(Replay.fixture("openai/chat-n2.sse")))) {
      List<ChatCompletionChunk> chunks = stream(lane, chat(lane.model()).n(2));

      assertThat(text(chunks, 0)).isEqualTo("a1a2");
      assertThat(text(chunks, 1)).isEqualTo("b1b2");
      assertChatRow(lane.call(), true);
    }
  }

  @Test
  void answersResponses() {
    try (Lane lane = Lane.openAi(Replay.json("openai/response.json"))) {
      Response answer = lane.openAi().responses().create(respond(lane.model()));

      assertThat(answer.usage().orElseThrow().outputTokens()).isEqualTo(500);
      assertThat(answer._allProperties()).containsKey("future_field");
      assertResponsesRow(lane.call());
    }
  }

  @Test
  void streamsResponsesToTheTerminalEvent() {
    try (Lane lane = Lane.openAi(Replay.stream(Replay.fixture("openai/response.sse")))) {
      List<ResponseStreamEvent> events;
      try (StreamResponse<ResponseStreamEvent> stream =
          lane.openAi().responses().createStreaming(respond(lane.model()))) {
        events = stream.stream().toList();
      }

      assertThat(events.getFirst().isCreated()).isTrue();
      String text =
          events.stream()
              .flatMap(event -> event.outputTextDelta().stream())
              .map(delta -> delta.delta())
              .collect(Collectors.joining());
      assertThat(text).isEqualTo("Hello there");
      var usage = events.getLast().asCompleted().response().usage().orElseThrow();
      assertThat(usage._allProperties().get("cost")).isEqualTo(JsonValue.from("0.001845"));
      assertThat(lane.upstreamBody()).doesNotContain("stream_options");
      assertResponsesRow(lane.call());
    }
  }

  @Test
  void decodesEmbeddingsThatTheSdkAsksForInBase64() {
    try (Lane lane = Lane.openAi(Replay.json("openai/embeddings.json"))) {
      CreateEmbeddingResponse answer =
          lane.openAi()
              .embeddings()
              .create(EmbeddingCreateParams.builder().model(lane.model()).input("x").build());

      assertThat(answer.data().getFirst().embedding()).containsExactly(1.0f, -0.5f, 0.25f);
      assertThat(lane.upstreamBody()).contains("\"encoding_format\":\"base64\"");
      assertThat(lane.call().path("tokens").toString()).isEqualTo("{\"input\":8}");
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000008");
    }
  }

  @Test
  void completesAndStreamsCompletions() {
    try (Lane lane = Lane.openAi(Replay.json("openai/completion.json"))) {
      var params = CompletionCreateParams.builder().model(lane.model()).prompt("Once").build();
      Completion whole = lane.openAi().completions().create(params);
      lane.upstream().script(Replay.stream(Replay.fixture("openai/completion.sse")));
      String streamed;
      try (StreamResponse<Completion> stream =
          lane.openAi().completions().createStreaming(params)) {
        streamed =
            stream.stream()
                .flatMap(chunk -> chunk.choices().stream())
                .map(choice -> choice.text())
                .collect(Collectors.joining());
      }

      assertThat(whole.choices().getFirst().text()).isEqualTo(" upon a time");
      assertThat(streamed).isEqualTo(" upon a time");
      assertThat(lane.call().path("stream").asBoolean()).isTrue();
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000018");
    }
  }

  @Test
  void listsAndRetrievesTheModelsOfAKey() {
    TestingGateway gateway = TestingGateway.shared();
    JsonNode key = gateway.newKey(gateway.newProject(), "\"models\":[\"sim-small\"]");
    OpenAIClient client = Lane.openAi(key.path("key").asText(), 0);

    assertThat(client.models().list().data())
        .extracting(model -> model.id())
        .containsExactly("sim-small");
    assertThat(client.models().retrieve("sim-small").id()).isEqualTo("sim-small");
    assertThatExceptionOfType(NotFoundException.class)
        .isThrownBy(() -> client.models().retrieve("org/unknown"));
  }

  static final ChatCompletionStreamOptions USAGE =
      ChatCompletionStreamOptions.builder().includeUsage(true).build();

  /// A tool, as the SDK derives it from a class.
  static final class GetWeather {
    public String city = "";
  }

  static ChatCompletionCreateParams.Builder chat(String model) {
    return ChatCompletionCreateParams.builder().model(model).addUserMessage("Say something.");
  }

  private static ResponseCreateParams respond(String model) {
    return ResponseCreateParams.builder().model(model).input("Say something.").store(false).build();
  }

  static List<ChatCompletionChunk> stream(Lane lane, ChatCompletionCreateParams.Builder params) {
    try (StreamResponse<ChatCompletionChunk> stream =
        lane.openAi().chat().completions().createStreaming(params.build())) {
      return stream.stream().toList();
    }
  }

  static String text(List<ChatCompletionChunk> chunks, int choice) {
    return chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .filter(each -> each.index() == choice)
        .flatMap(each -> each.delta().content().stream())
        .collect(Collectors.joining());
  }

  /// 700 fresh x 1 + 200 cached x 0.10 + 100 written x 1.25 + 500 x 2 dollars a million.
  static void assertChatRow(JsonNode call, boolean streamed) {
    assertThat(call.path("tokens").toString())
        .isEqualTo(
            "{\"input\":700,\"cached_input\":200,\"cache_write_30m\":100,\"output\":380,"
                + "\"reasoning\":120}");
    assertServed(call, "0.001845", streamed);
  }

  private static void assertResponsesRow(JsonNode call) {
    assertThat(call.path("tokens").toString())
        .isEqualTo(
            "{\"input\":700,\"cached_input\":200,\"cache_write_30m\":60,\"cache_write_12h\":40,"
                + "\"output\":380,\"reasoning\":120}");
    assertServed(call, "0.001845", call.path("stream").asBoolean());
  }

  static void assertServed(JsonNode call, String cost, boolean streamed) {
    assertThat(call.path("cost").asText()).isEqualTo(cost);
    assertThat(call.path("status").asInt()).isEqualTo(200);
    assertThat(call.path("stream").asBoolean()).isEqualTo(streamed);
    assertThat(call.path("estimated").asBoolean()).isFalse();
  }
}
