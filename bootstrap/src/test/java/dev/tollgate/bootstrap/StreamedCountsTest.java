package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Counts that a stream reports before its end.
class StreamedCountsTest {
  /// A1: a count from the beginning of a stream is no count of its end.
  @Test
  void whatAStreamSaysAtItsBeginningIsNotItsUsage() {
    String begun = ",\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":1}";
    String text =
        ProviderAnswersTest.chunk("{\"content\":\"" + ProviderAnswersTest.TEXT + "\"}", "null", "");
    try (Lane lane =
        Lane.openAi(
            Replay.stream(
                ProviderAnswersTest.chunk("{\"role\":\"assistant\"}", "null", begun)
                    + text
                    + ProviderAnswersTest.chunk("{}", "\"stop\"", "")
                    + "data: [DONE]\n\n"))) {
      lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ",\"stream\":true"));
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
      assertThat(lane.call().path("tokens").path("input").asLong()).isEqualTo(1_000);
      assertThat(lane.call().path("tokens").path("output").asLong()).isBetween(100L, 1_000L);
    }
    String message =
        """
        event: message_start
        data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":1000,"output_tokens":1}}}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}

        event: message_stop
        data: {"type":"message_stop"}

        """
            .formatted(ProviderAnswersTest.TEXT);
    try (Lane lane = Lane.anthropic(Replay.stream(message))) {
      lane.post(
          "/v1/messages",
          "{\"model\":\"%s\",\"max_tokens\":900,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
              .formatted(lane.model()));
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
      assertThat(lane.call().path("tokens").path("input").asLong()).isEqualTo(1_000);
      assertThat(lane.call().path("tokens").path("output").asLong()).isBetween(100L, 900L);
    }
  }

  /// A count in the middle that fits what was put out is believed.
  @Test
  void aCountInTheMiddleThatFitsIsBelieved() {
    String usage = ",\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":500}";
    try (Lane lane =
        Lane.openAi(
            Replay.stream(
                ProviderAnswersTest.chunk(
                        "{\"content\":\"" + ProviderAnswersTest.TEXT + "\"}", "null", usage)
                    + ProviderAnswersTest.chunk("{}", "\"stop\"", "")
                    + "data: [DONE]\n\n"))) {
      lane.post("/v1/chat/completions", OpenAiTrapsTest.body(lane, ",\"stream\":true"));
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.002");
      assertThat(lane.call().path("estimated").asBoolean()).isFalse();
    }
  }

  /// B1: usage in the middle, with an output, withholds nothing, and that of a stream without a
  /// finish reason still has the cost.
  @Test
  void usageIsTheLastIfOnlyTheEndFollows() {
    String usage =
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":%d}}\n\n";
    String text = ProviderAnswersTest.chunk("{\"content\":\"hi\"}", "null", "");
    String[] streams = {
      usage.formatted(1) + text + usage.formatted(500) + "data: [DONE]\n\n",
      text + usage.formatted(1) + text + usage.formatted(500) + ": ping\n\ndata: [DONE]\n\n",
      text + usage.formatted(500)
    };
    for (String stream : streams) {
      try (Lane lane = Lane.openAi(Replay.stream(stream))) {
        String body =
            lane.post(
                    "/v1/chat/completions",
                    OpenAiTrapsTest.body(
                        lane, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"))
                .body();
        assertThat(body).containsOnlyOnce("\"cost\":\"0.002\"");
        assertThat(body.indexOf("\"hi\"")).isLessThan(body.indexOf("\"cost\""));
        assertThat(lane.call().path("cost").asText()).isEqualTo("0.002");
        assertThat(lane.call().path("estimated").asBoolean()).isFalse();
      }
    }
  }
}
