package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.errors.SseException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Streams that come in pieces, slowly, or not to their end.
class OpenAiSdkStreamsTest {
  private static final String CHAT = Replay.fixture("openai/chat.sse");
  private static final String TEXT = "Grüße aus \"Köln\" 🌍 [DONE] \"usage\"";
  private static final int FIRST_EVENTS = 3;

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void tornEventsArriveWhole(String lineEnd) {
    try (Lane lane = Lane.openAi(Replay.stream(CHAT))) {
      for (int seed = 0; seed < 12; seed++) {
        lane.upstream().script(Replay.torn(CHAT.replace("\n", lineEnd), seed));
        List<ChatCompletionChunk> chunks =
            OpenAiSdkTest.stream(
                lane, OpenAiSdkTest.chat(lane.model()).streamOptions(OpenAiSdkTest.USAGE));

        assertThat(OpenAiSdkTest.text(chunks, 0)).as("seed %d", seed).isEqualTo(TEXT);
        assertThat(chunks.getLast().usage()).as("seed %d", seed).isPresent();
        OpenAiSdkTest.assertChatRow(lane.call(), true);
      }
    }
  }

  @Test
  void chunksMayEndInsideACharacter() throws IOException {
    byte[] bytes = CHAT.getBytes(StandardCharsets.UTF_8);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> sendInChunks(exchange, bytes));
    server.start();
    try (Lane lane = Lane.openAiAt("http://127.0.0.1:" + server.getAddress().getPort())) {
      for (int round = 0; round < 3; round++) {
        List<ChatCompletionChunk> chunks =
            OpenAiSdkTest.stream(lane, OpenAiSdkTest.chat(lane.model()));

        assertThat(OpenAiSdkTest.text(chunks, 0)).isEqualTo(TEXT);
        OpenAiSdkTest.assertChatRow(lane.call(), true);
      }
    } finally {
      server.stop(0);
    }
  }

  private static void sendInChunks(HttpExchange exchange, byte[] bytes) throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.getResponseHeaders().add("content-type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      for (byte each : bytes) {
        out.write(each);
        out.flush();
      }
    }
  }

  @Test
  void eventsReachTheCallerBeforeTheNextOnesAreSent() throws InterruptedException {
    CountDownLatch seen = new CountDownLatch(1);
    List<String> events = Replay.events(CHAT);
    try (Lane lane =
            Lane.openAi(
                (_, to) -> {
                  to.beginEvents();
                  to.chunk(String.join("", events.subList(0, FIRST_EVENTS)));
                  if (seen.await(2, TimeUnit.SECONDS)) {
                    to.chunk(String.join("", events.subList(FIRST_EVENTS, events.size())));
                    to.endChunks();
                  }
                });
        StreamResponse<ChatCompletionChunk> stream =
            lane.openAi()
                .chat()
                .completions()
                .createStreaming(OpenAiSdkTest.chat(lane.model()).build())) {
      Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
      for (int i = 0; i < FIRST_EVENTS; i++) {
        chunks.next();
      }
      seen.countDown();
      List<ChatCompletionChunk> rest = new ArrayList<>();
      chunks.forEachRemaining(rest::add);

      assertThat(OpenAiSdkTest.text(rest, 0)).isEqualTo("🌍 [DONE] \"usage\"");
      OpenAiSdkTest.assertChatRow(lane.call(), true);
    }
  }

  @Test
  void slowChunksAreNotGivenUp() {
    try (Lane lane =
        Lane.openAi(
            (_, to) -> {
              to.beginEvents();
              for (String event : Replay.events(CHAT)) {
                Thread.sleep(400);
                to.chunk(event);
              }
              to.endChunks();
            })) {
      List<ChatCompletionChunk> chunks =
          OpenAiSdkTest.stream(lane, OpenAiSdkTest.chat(lane.model()));

      assertThat(OpenAiSdkTest.text(chunks, 0)).isEqualTo(TEXT);
      OpenAiSdkTest.assertChatRow(lane.call(), true);
    }
  }

  @Test
  void aResetInTheMiddleRaises() {
    String open = CHAT.substring(0, CHAT.indexOf("data: [DONE]") - 900);
    try (Lane lane = Lane.openAi(Replay.streamAndReset(open))) {
      assertThatExceptionOfType(OpenAIException.class)
          .isThrownBy(() -> OpenAiSdkTest.stream(lane, OpenAiSdkTest.chat(lane.model())));
      assertBroken(lane.call());
    }
  }

  @Test
  void aBodyThatEndsTooEarlyRaises() {
    String open = CHAT.substring(0, CHAT.indexOf("\n\n") + 2);
    try (Lane lane = Lane.openAi(Replay.stream(open))) {
      assertThatExceptionOfType(OpenAIException.class)
          .isThrownBy(() -> OpenAiSdkTest.stream(lane, OpenAiSdkTest.chat(lane.model())));
      assertBroken(lane.call());
    }
  }

  @Test
  void silenceInTheMiddleRaises() {
    String open = CHAT.substring(0, CHAT.indexOf("\n\n") + 2);
    try (Lane lane =
        Lane.openAi(
            (_, to) -> {
              to.beginEvents();
              to.chunk(open);
              to.awaitHangup(10_000);
            })) {
      assertThatExceptionOfType(OpenAIException.class)
          .isThrownBy(() -> OpenAiSdkTest.stream(lane, OpenAiSdkTest.chat(lane.model())));
      assertThat(lane.call().path("error_code").asText()).isEqualTo("provider_timeout");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: {\"error\":{\"message\":\"boom\",\"type\":\"server_error\",\"code\":null}}\n\n",
        "event: error\ndata: {\"error\":{\"message\":\"boom\"}}\n\n",
        "data: {\"error\":{\"message\":\"boom\",\"code\":500}}\n\ndata: [DONE]\n\n",
        "data: {\"error\": \"boom\"}\n\n"
      })
  void anErrorEventInTheMiddleRaises(String event) {
    int role = CHAT.indexOf("\n\n") + 2;
    String open = CHAT.substring(0, CHAT.indexOf("\n\n", role) + 2);
    try (Lane lane = Lane.openAi(Replay.stream(open + event))) {
      assertThatExceptionOfType(SseException.class)
          .isThrownBy(() -> OpenAiSdkTest.stream(lane, OpenAiSdkTest.chat(lane.model())))
          .satisfies(e -> assertThat(e.body().toString()).contains("boom"));
      assertThat(lane.call().path("status").asInt()).isGreaterThanOrEqualTo(500);
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
    }
  }

  @Test
  void aResponsesStreamWithoutItsTerminalEventEndsAsFailed() {
    try (Lane lane = Lane.openAi(Replay.stream(Replay.fixture("openai/response-open.sse")))) {
      List<ResponseStreamEvent> events;
      try (StreamResponse<ResponseStreamEvent> stream =
          lane.openAi()
              .responses()
              .createStreaming(
                  ResponseCreateParams.builder().model(lane.model()).input("x").build())) {
        events = stream.stream().toList();
      }
      assertThat(events.get(events.size() - 2).isError()).isTrue();
      assertThat(events.getLast().isFailed()).isTrue();
      assertBroken(lane.call());
    }
  }

  private static void assertBroken(JsonNode call) {
    assertThat(call.path("status").asInt()).isEqualTo(502);
    assertThat(call.path("error_code").asText()).isEqualTo("provider_broken");
    assertThat(call.path("estimated").asBoolean()).isTrue();
  }
}
