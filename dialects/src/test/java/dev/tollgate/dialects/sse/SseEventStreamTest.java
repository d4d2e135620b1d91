package dev.tollgate.dialects.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever way a provider's bytes are torn, the same events come out.
class SseEventStreamTest {
  static final String CHAT =
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

      : a comment

      data: {"id":"c","choices":[{"index":0,"delta":{"content":"say \\"usage\\": [DONE] ü"},"finish_reason":null}]}

      data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

      data: {"id":"c","choices":[],"service_tier":"flex","usage":{"prompt_tokens":30,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":10,"cache_write_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}

      data: [DONE]

      """;
  static final String MESSAGES =
      """
      event: message_start
      data: {"type":"message_start","message":{"id":"m","type":"message","usage":{"input_tokens":12,"cache_read_input_tokens":100,"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5},"output_tokens":1}}}

      event: ping
      data: {"type":"ping"}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}

      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":55,"output_tokens_details":{"thinking_tokens":20}}}

      event: message_stop
      data: {"type":"message_stop"}

      """;
  static final String RESPONSES =
      """
      event: response.created
      data: {"type":"response.created","response":{"id":"r","status":"in_progress","error":null,"usage":null,"output":[]}}

      event: response.output_text.delta
      data: {"type":"response.output_text.delta","delta":"hi"}

      event: response.completed
      data: {"type":"response.completed","response":{"id":"r","status":"completed","error":null,"output":[{"type":"web_search_call"},{"type":"message"}],"usage":{"input_tokens":8,"input_tokens_details":{"cached_tokens":3},"output_tokens":5,"output_tokens_details":{"reasoning_tokens":1}}}}

      """;

  @Test
  void reassemblesChatAtEverySplitPoint() {
    for (String text : variants(CHAT)) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      for (int split = 0; split <= bytes.length; split++) {
        Reading reading = Reading.of(Endpoint.CHAT_COMPLETIONS, pieces(bytes, split));
        assertThat(reading.text).as("split at %s", split).isEqualTo(text);
        assertThat(reading.ended).isTrue();
        assertThat(reading.usageOnly).isTrue();
        assertThat(reading.usage)
            .isEqualTo(
                Usage.builder()
                    .set(Component.INPUT, 16)
                    .set(Component.CACHED_INPUT, 10)
                    .set(Component.CACHE_WRITE_30M, 4)
                    .set(Component.OUTPUT, 5)
                    .set(Component.REASONING, 2)
                    .build());
        assertThat(reading.tier).isEqualTo("flex");
        assertThat(reading.emitted).isEqualTo("say \"usage\": [DONE] ü");
      }
    }
  }

  @Test
  void reassemblesMessagesAndResponsesInRandomPieces() {
    Random random = new Random(13);
    for (int i = 0; i < 2_000; i++) {
      Reading messages = Reading.of(Endpoint.MESSAGES, Reading.torn(MESSAGES, random));
      assertThat(messages.text).isEqualTo(MESSAGES);
      assertThat(messages.ended).isTrue();
      assertThat(messages.usage)
          .isEqualTo(
              Usage.builder()
                  .set(Component.INPUT, 12)
                  .set(Component.CACHED_INPUT, 100)
                  .set(Component.CACHE_WRITE_5M, 4)
                  .set(Component.CACHE_WRITE_1H, 5)
                  .set(Component.OUTPUT, 35)
                  .set(Component.REASONING, 20)
                  .build());
      assertThat(messages.emitted).hasSize(5);

      Reading responses = Reading.of(Endpoint.RESPONSES, Reading.torn(RESPONSES, random));
      assertThat(responses.text).isEqualTo(RESPONSES);
      assertThat(responses.ended).isTrue();
      assertThat(responses.usage)
          .isEqualTo(
              Usage.builder()
                  .set(Component.INPUT, 5)
                  .set(Component.CACHED_INPUT, 3)
                  .set(Component.OUTPUT, 4)
                  .set(Component.REASONING, 1)
                  .set(Component.WEB_SEARCH, 1)
                  .build());
    }
  }

  @Test
  void nothingButWholeEventsComesOut() {
    byte[] bytes = CHAT.getBytes(StandardCharsets.UTF_8);
    for (int split = 1; split < bytes.length; split++) {
      try (var stream =
          Reading.stream(Reading.answers(Endpoint.CHAT_COMPLETIONS, null), pieces(bytes, split))) {
        Item item = stream.next();
        while (item instanceof Item.Events events) {
          String text =
              new String(events.bytes(), events.offset(), events.length(), StandardCharsets.UTF_8);
          assertThat(text).endsWith("\n\n");
          item = stream.next();
        }
      }
    }
  }

  @Test
  void theCostGoesBehindTheLastMemberOfUsage() {
    Reading reading =
        Reading.of(Endpoint.CHAT_COMPLETIONS, List.of(CHAT.getBytes(StandardCharsets.UTF_8)));
    assertThat(reading.atSite).endsWith("\"reasoning_tokens\":2}");
  }

  @Test
  void aStreamThatStopsBeforeItsEndIsBroken() {
    String cut = MESSAGES.substring(0, MESSAGES.indexOf("event: message_delta"));
    Reading reading = Reading.of(Endpoint.MESSAGES, List.of(cut.getBytes(StandardCharsets.UTF_8)));
    assertThat(reading.ended).isFalse();
    assertThat(reading.failure).isNotNull();
    assertThat(reading.failure.kind()).isEqualTo(Failure.Kind.BROKEN);
    assertThat(reading.usage).isNotNull();
    assertThat(reading.usage.count(Component.CACHED_INPUT)).isEqualTo(100);
  }

  @Test
  void anErrorEventBreaksTheStreamAndIsKept() {
    String error =
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
            + "\"message\":\"sk-secret busy\"}}\n\n";
    Reading reading =
        Reading.of(Endpoint.MESSAGES, List.of(error.getBytes(StandardCharsets.UTF_8)));
    assertThat(reading.failure).isNotNull();
    assertThat(reading.failure.message()).isEqualTo("*** busy");
  }

  @Test
  void usageWithEveryChunkIsFinalOnlyWhenAChoiceIsFinished() {
    String stream =
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}],"
            + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}\n\n"
            + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],"
            + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
    Reading reading =
        Reading.of(Endpoint.CHAT_COMPLETIONS, List.of(stream.getBytes(StandardCharsets.UTF_8)));
    assertThat(reading.finals).isEqualTo(1);
    assertThat(reading.usage).isNotNull();
    assertThat(reading.usage.outputTokens()).isEqualTo(2);
    assertThat(reading.text).isEqualTo(stream);
  }

  private static List<String> variants(String text) {
    return List.of(text, text.replace("\n", "\r\n"));
  }

  private static List<byte[]> pieces(byte[] bytes, int split) {
    return List.of(Arrays.copyOf(bytes, split), Arrays.copyOfRange(bytes, split, bytes.length));
  }
}
