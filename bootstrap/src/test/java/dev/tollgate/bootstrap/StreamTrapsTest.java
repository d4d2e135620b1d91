package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletionChunk;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Streams of servers that speak OpenAI's dialect in their own way.
class StreamTrapsTest {
  private static final String TEXT =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},"
          + "\"finish_reason\":null}]}\n\n";
  private static final String FINISH =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  private static final String USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n";

  @ParameterizedTest
  @ValueSource(strings = {"data: [DONE]", "data: [DONE]\n", "data:[DONE]\r\n\r\n", ""})
  void theEndMayBeSloppyOnceTheUsageIsKnown(String done) {
    try (Lane lane = Lane.openAi(Replay.stream(TEXT + FINISH + USAGE + done))) {
      HttpResponse<String> response = chat(lane, ",\"stream\":true");

      assertThat(response.body()).doesNotContain("error");
      assertThat(lane.call().path("status").asInt()).isEqualTo(200);
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000013");
    }
  }

  @Test
  void aFinishReasonBehindASpaceIsAFinish() {
    try (Lane lane = Lane.openAi(Replay.stream(TEXT + FINISH.replace("reason\":", "reason\": ")))) {
      HttpResponse<String> response = chat(lane, ",\"stream\":true");

      assertThat(response.body()).doesNotContain("error");
      assertThat(lane.call().path("status").asInt()).isEqualTo(200);
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {",\"error\":null,\"usage\":null", ""})
  void aCompletedResponseWithoutUsageIsCompleteAndEstimated(String members) {
    String events =
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\","
            + "\"delta\":\"hi\"}\n\nevent: response.completed\ndata: {\"type\":"
            + "\"response.completed\",\"response\":{\"id\":\"r\""
            + members
            + "}}\n\n";
    try (Lane lane = Lane.openAi(Replay.stream(events))) {
      HttpResponse<String> response =
          lane.post(
              "/v1/responses",
              "{\"model\":\"" + lane.model() + "\",\"input\":\"x\",\"stream\":true}");

      assertThat(response.body()).isEqualTo(events);
      assertThat(lane.call().path("status").asInt()).isEqualTo(200);
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
    }
  }

  @Test
  void oneFinishedChoiceDoesNotHoldTheOthersBack() {
    String usage = ",\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\n";
    String first = FINISH.replace("}\n\n", usage);
    String second = TEXT.replace("\"index\":0", "\"index\":1").replace("}\n\n", usage);
    String last = first.replace("\"index\":0", "\"index\":1");
    CountDownLatch seen = new CountDownLatch(1);
    try (Lane lane =
            Lane.openAi(
                (_, to) -> {
                  to.beginEvents();
                  to.chunk(first + second);
                  if (seen.await(1, TimeUnit.SECONDS)) {
                    to.chunk(last + "data: [DONE]\n\n");
                    to.endChunks();
                  }
                });
        StreamResponse<ChatCompletionChunk> stream =
            lane.openAi()
                .chat()
                .completions()
                .createStreaming(OpenAiSdkTest.chat(lane.model()).n(2).build())) {
      long choices =
          stream.stream()
              .peek(chunk -> seen.countDown())
              .flatMap(chunk -> chunk.choices().stream())
              .count();

      assertThat(choices).isEqualTo(3);
    }
  }

  @Test
  void aStreamThatEndsWhenOneOfTwoChoicesIsDoneIsBroken() {
    String other = TEXT.replace("\"index\":0", "\"index\":1");
    try (Lane lane = Lane.openAi(Replay.stream(TEXT + other + FINISH + other))) {
      HttpResponse<String> response = chat(lane, ",\"stream\":true,\"n\":2");

      assertThat(response.body()).contains("\"error\":{");
      assertThat(lane.call().path("error_code").asText()).isEqualTo("provider_broken");
    }
  }

  @Test
  void commentsAndEmptyEventsDoNoHarm() {
    String events = ": hello\n\n\n" + TEXT + ": ping\n\n" + FINISH + USAGE + "data: [DONE]\n\n";
    try (Lane lane = Lane.openAi(Replay.stream(events))) {
      HttpResponse<String> response = chat(lane, ",\"stream\":true");

      assertThat(response.body()).contains("hi").endsWith("data: [DONE]\n\n");
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000013");
    }
  }

  @Test
  void aServerThatDoesNotStreamAnswersInOnePiece() {
    try (Lane lane = Lane.openAi(Replay.json("openai/chat.json"))) {
      HttpResponse<String> response = chat(lane, ",\"stream\":true");

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.001845");
    }
  }

  @Test
  void aBodyThatOnlyTheEndOfTheConnectionEndsIsRead() {
    String events = Replay.fixture("openai/chat.sse");
    try (Lane lane =
        Lane.openAi(
            (_, to) -> {
              to.raw("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + events);
              throw new IOException("the end");
            })) {
      HttpResponse<String> response = chat(lane, ",\"stream\":true");

      assertThat(response.body()).endsWith("data: [DONE]\n\n");
      OpenAiSdkTest.assertChatRow(lane.call(), true);
    }
  }

  @Test
  void aSilentStreamIsKeptAliveForWhoeverIsOnTheWay() {
    try (Lane lane =
        Lane.patientOpenAi(
            (_, to) -> {
              to.beginEvents();
              to.chunk(TEXT);
              Thread.sleep(16_500);
              to.chunk(FINISH + USAGE + "data: [DONE]\n\n");
              to.endChunks();
            })) {
      HttpResponse<String> response = chat(lane, ",\"stream\":true");

      assertThat(response.body())
          .startsWith(TEXT + ": keep-alive\n" + FINISH)
          .endsWith("data: [DONE]\n\n");
      assertThat(lane.call().path("status").asInt()).isEqualTo(200);
    }
  }

  /// The call that gets the connection next must not read what a server sent behind its answer.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bytesBehindAnAnswerAreNobodysAnswer(boolean chunked) {
    String good = "{\"id\":\"good\",\"choices\":[],\"usage\":null}";
    String stray = good.replace("good", "stray");
    String head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    String length = "content-length: " + good.length() + "\r\n\r\n";
    String strayLength = "content-length: " + stray.length() + "\r\n\r\n";
    String chunk = Integer.toHexString(good.length()) + "\r\n" + good + "\r\n0\r\n\r\n";
    String answer = chunked ? "transfer-encoding: chunked\r\n\r\n" + chunk : length + good;
    try (Lane lane = Lane.openAi((_, to) -> to.raw(head + answer + head + strayLength + stray))) {
      for (int call = 0; call < 3; call++) {
        assertThat(chat(lane, "").body()).contains("good").doesNotContain("stray");
      }
    }
  }

  private static HttpResponse<String> chat(Lane lane, String more) {
    return lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, more));
  }
}
