package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.HttpResponseFor;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.Usage;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What Anthropic's own SDK does through the gateway, and what the gateway writes down about it.
class AnthropicSdkTest {
  static final String CACHE_PRICES =
      """
      "components":[{"component":"input","price":"1"},{"component":"cached_input","price":"0.1"},\
      {"component":"cache_write_5m","price":"1.25"},{"component":"cache_write_1h","price":"2"},\
      {"component":"output","price":"2"}]""";

  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void readsAMessageAndPricesItsCacheWritesApart() {
    try (Lane lane = Lane.priced("anthropic", CACHE_PRICES, Replay.json("anthropic/message.json"));
        HttpResponseFor<Message> response =
            lane.anthropic().messages().withRawResponse().create(ask(lane.model()).build())) {
      Message message = response.parse();

      assertThat(message.content()).hasSize(3);
      assertThat(message.content().get(1).asText().text()).isEqualTo("Grüß dich 🌍");
      Usage usage = message.usage();
      assertThat(usage.cacheCreation().orElseThrow().ephemeral1hInputTokens()).isEqualTo(200);
      assertThat(usage.outputTokensDetails().orElseThrow().thinkingTokens()).isEqualTo(20);
      assertThat(message._additionalProperties()).containsKey("future_field");
      assertThat(response.headers().values("x-tollgate-cost")).containsExactly("0.000935");
      assertThat(response.requestId()).contains(lane.call().path("id").asText());
      assertRow(lane.call(), false);
    }
  }

  @Test
  void streamsEveryEventInOrderWithTheCostInTheLastUsage() {
    String events = Replay.fixture("anthropic/message.sse");
    try (Lane lane = Lane.priced("anthropic", CACHE_PRICES, Replay.stream(events))) {
      List<RawMessageStreamEvent> seen = stream(lane, ask(lane.model()));

      assertThat(seen.getFirst().isMessageStart()).isTrue();
      assertThat(seen.getLast().isMessageStop()).isTrue();
      var delta = seen.get(seen.size() - 2).asMessageDelta();
      assertThat(delta.usage().inputTokens()).contains(100L);
      assertThat(delta.usage()._additionalProperties().get("cost"))
          .isEqualTo(JsonValue.from("0.000935"));
      assertRow(lane.call(), true);
    }
  }

  @Test
  void streamedBlocksAddUpToTheMessage() {
    String events = Replay.fixture("anthropic/message.sse");
    try (Lane lane = Lane.priced("anthropic", CACHE_PRICES, Replay.stream(events))) {
      MessageAccumulator whole = MessageAccumulator.create();
      stream(lane, ask(lane.model())).forEach(whole::accumulate);
      Message message = whole.message();

      assertThat(message.content().get(0).asThinking().signature()).isEqualTo("ErSig==");
      assertThat(message.content().get(1).asText().text()).isEqualTo("Grüß dich \"usage\" 🌍");
      assertThat(message.content().get(2).asToolUse()._input().toString()).contains("Paris");
      assertThat(message.usage().outputTokens()).isEqualTo(55);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void tornEventsArriveWhole(String lineEnd) {
    String events = Replay.fixture("anthropic/message.sse").replace("\n", lineEnd);
    try (Lane lane = Lane.priced("anthropic", CACHE_PRICES, Replay.stream(events))) {
      for (int seed = 0; seed < 12; seed++) {
        lane.upstream().script(Replay.torn(events, seed));
        List<RawMessageStreamEvent> seen = stream(lane, ask(lane.model()));

        assertThat(seen.getLast().isMessageStop()).as("seed %d", seed).isTrue();
        assertRow(lane.call(), true);
      }
    }
  }

  @Test
  void countsTokensForFree() {
    try (Lane lane = Lane.anthropic(Replay.answer(200, "{\"input_tokens\":42}"))) {
      long counted =
          lane.anthropic()
              .messages()
              .countTokens(
                  MessageCountTokensParams.builder()
                      .model(lane.model())
                      .addUserMessage("x")
                      .build())
              .inputTokens();

      assertThat(counted).isEqualTo(42);
      assertThat(lane.upstream().received().getLast().head())
          .startsWith("POST /v1/messages/count_tokens ");
      assertThat(lane.call().path("cost").asText("0")).isIn("0", "0.00");
      assertThat(lane.call().path("tokens")).isEmpty();
      assertThat(lane.call().path("estimated").asBoolean()).isFalse();
    }
  }

  @Test
  void listsAndRetrievesModelsInAnthropicsShape() {
    JsonNode key = gateway.newKey(gateway.newProject(), "\"models\":[\"sim-large\"]");
    AnthropicClient client = Lane.anthropic(key.path("key").asText(), 0);
    var page = client.models().list();

    assertThat(page.data()).extracting(model -> model.id()).containsExactly("sim-large");
    assertThat(page.data().getFirst().displayName()).isNotEmpty();
    assertThat(page.data().getFirst().createdAt()).isNotNull();
    assertThat(page.hasMore()).contains(false);
    assertThat(page.lastId()).contains("sim-large");
    assertThat(client.models().retrieve("sim-large").id()).isEqualTo("sim-large");
  }

  @Test
  void takesTheKeyAsAToken() {
    JsonNode key = gateway.newKey(gateway.newProject(), "");
    AnthropicClient client =
        AnthropicOkHttpClient.builder()
            .baseUrl(gateway.url())
            .authToken(key.path("key").asText())
            .build();

    assertThat(client.messages().create(ask("sim-small").build()).content()).isNotEmpty();
  }

  @Test
  void takesTheKeyFromXApiKeyAndForwardsNoOther() {
    try (Lane lane = Lane.anthropic(Replay.json("anthropic/message.json"))) {
      AnthropicClient client =
          AnthropicOkHttpClient.builder()
              .baseUrl(gateway.url())
              .authToken("sk-ant-callers-own")
              .putHeader("x-api-key", lane.key())
              .build();
      client.messages().create(ask(lane.model()).build());

      String head = lane.upstream().received().getLast().head().toLowerCase(Locale.ROOT);
      assertThat(head).contains("x-api-key: " + Lane.CREDENTIAL).doesNotContain("authorization");
      assertThat(head).doesNotContain("callers-own").doesNotContain("tgk_");
    }
  }

  @Test
  void forwardsTheVersionAndTheBetas() {
    try (Lane lane = Lane.anthropic(Replay.json("anthropic/message.json"))) {
      lane.anthropic()
          .beta()
          .messages()
          .create(
              com.anthropic.models.beta.messages.MessageCreateParams.builder()
                  .model(lane.model())
                  .maxTokens(10)
                  .addUserMessage("x")
                  .addBeta("context-1m-2025-08-07")
                  .addBeta("files-api-2025-04-14")
                  .build());

      ScriptedUpstream.Received sent = lane.upstream().received().getLast();
      assertThat(sent.header("anthropic-version")).isEqualTo("2026-10-21");
      assertThat(sent.head()).contains("context-1m-2025-08-07").contains("files-api-2025-04-14");
    }
  }

  @Test
  void simulatedModelsReportWhatIsBilled() {
    JsonNode key = gateway.newKey(gateway.newProject(), "");
    AnthropicClient client = Lane.anthropic(key.path("key").asText(), 0);
    Usage usage = client.messages().create(ask("sim-large").build()).usage();

    JsonNode tokens = gateway.lastCall(key.path("id").asText()).path("tokens");
    assertThat(tokens.path("input").asLong()).isEqualTo(usage.inputTokens());
    assertThat(tokens.path("output").asLong() + tokens.path("reasoning").asLong())
        .isEqualTo(usage.outputTokens());
  }

  static MessageCreateParams.Builder ask(String model) {
    return MessageCreateParams.builder()
        .model(model)
        .maxTokens(200)
        .addUserMessage("Say something.");
  }

  static List<RawMessageStreamEvent> stream(Lane lane, MessageCreateParams.Builder params) {
    try (StreamResponse<RawMessageStreamEvent> stream =
        lane.anthropic().messages().createStreaming(params.build())) {
      return stream.stream().toList();
    }
  }

  /// 100 fresh x 1 + 2000 cached x 0.1 + 100 written x 1.25 + 200 written x 2 + 55 x 2.
  static void assertRow(JsonNode call, boolean streamed) {
    assertThat(call.path("tokens").toString())
        .isEqualTo(
            "{\"input\":100,\"cached_input\":2000,\"cache_write_5m\":100,\"cache_write_1h\":200,"
                + "\"output\":35,\"reasoning\":20}");
    OpenAiSdkTest.assertServed(call, "0.000935", streamed);
  }
}
