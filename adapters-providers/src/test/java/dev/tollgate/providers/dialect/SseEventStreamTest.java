package dev.tollgate.providers.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.providers.transport.UpstreamFailure;
import dev.tollgate.providers.transport.UpstreamResponse;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whatever way a provider's bytes are torn, the same events come out.
class SseEventStreamTest {
  private static final String CHAT =
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

      : a comment

      data: {"id":"c","choices":[{"index":0,"delta":{"content":"say \\"usage\\": [DONE] ü"},"finish_reason":null}]}

      data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

      data: {"id":"c","choices":[],"service_tier":"flex","usage":{"prompt_tokens":30,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":10,"cache_write_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}

      data: [DONE]

      """;
  private static final String MESSAGES =
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
  private static final String RESPONSES =
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
        Reading reading = read(Endpoint.CHAT_COMPLETIONS, pieces(bytes, split));
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
      Reading messages = read(Endpoint.MESSAGES, torn(MESSAGES, random));
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

      Reading responses = read(Endpoint.RESPONSES, torn(RESPONSES, random));
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
          new SseEventStream(
              answers(Endpoint.CHAT_COMPLETIONS, null), 1, new Pieces(pieces(bytes, split)))) {
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

  /// Whatever a provider sends becomes an answer or a failure with counts that are in range;
  /// nothing throws.
  @Test
  void nothingThatAProviderSendsThrows() {
    String[] texts = {CHAT, MESSAGES, RESPONSES};
    Endpoint[] endpoints = {Endpoint.CHAT_COMPLETIONS, Endpoint.MESSAGES, Endpoint.RESPONSES};
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      int dialect = random.nextInt(texts.length);
      String text = mutated(texts[dialect], random);
      Reading reading = read(endpoints[dialect], torn(text, random));
      Usage usage = reading.usage == null ? Usage.NONE : reading.usage;
      for (long count : usage.counts()) {
        assertThat(count).as("seed %s", seed).isBetween(0L, Usage.MOST);
      }
      int from = text.indexOf('{', random.nextInt(text.length()));
      if (from >= 0) {
        byte[] body = text.substring(from).getBytes(StandardCharsets.UTF_8);
        Answers answers = answers(endpoints[dialect], "sk-secret");
        assertThat(answers.read(body)).as("seed %s", seed).isNotNull();
        int status = 300 + random.nextInt(300);
        assertThat(answers.failure(status, null, body, random.nextBoolean()))
            .as("seed %s", seed)
            .isNotNull();
      }
    }
  }

  private static final String[] NONSENSE = {
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\",
    "\\u12",
    "\\ud800",
    "\n\n",
    "\r",
    "data:",
    "data: [DONE]\n\n",
    "event: error\n",
    "null",
    "true",
    "-1",
    "1e999",
    "-1e999",
    "0.5",
    "9223372036854775808",
    "NaN",
    "\"12\"",
    "\"usage\":{}",
    "\"usage\":[]",
    "\"error\":{}",
    "\"choices\":{}",
    "\u0000",
    "\ud83d\ude00"
  };

  /// With some of it missing, doubled, or replaced by nonsense.
  private static String mutated(String text, Random random) {
    StringBuilder changed = new StringBuilder(text);
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(changed.length());
      int to = Math.min(changed.length(), at + random.nextInt(40));
      switch (random.nextInt(4)) {
        case 0 -> changed.delete(at, Math.min(to, Math.max(at, changed.length() - 1)));
        case 1 -> changed.insert(at, changed.substring(at, to));
        case 2 -> changed.insert(at, NONSENSE[random.nextInt(NONSENSE.length)]);
        default -> changed.replace(at, to, NONSENSE[random.nextInt(NONSENSE.length)]);
      }
    }
    return changed.toString();
  }

  /// The scan of a large event goes on where the last one ended: ten times the bytes are about ten
  /// times the work, not a hundred times.
  @Test
  void aLargeEventIsScannedOnce() {
    scanned(1 << 20);
    long small = scanned(1_200_000);
    long large = scanned(12_000_000);
    System.out.printf("CPU for an event of 1.2 MB %d ms, of 12 MB %d ms%n", small, large);
    assertThat(large).isLessThan(40 * Math.max(25, small));
  }

  /// @return milliseconds of CPU
  private static long scanned(int length) {
    byte[] event =
        ("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
                + "x".repeat(length)
                + "\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
            .getBytes(StandardCharsets.UTF_8);
    List<byte[]> pieces = new ArrayList<>();
    for (int from = 0; from < event.length; from += 16 << 10) {
      pieces.add(Arrays.copyOfRange(event, from, Math.min(event.length, from + (16 << 10))));
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    Reading reading = read(Endpoint.CHAT_COMPLETIONS, pieces);
    long millis = (threads.getCurrentThreadCpuTime() - before) / 1_000_000;
    assertThat(reading.ended).isTrue();
    return millis;
  }

  @Test
  void theCostGoesBehindTheLastMemberOfUsage() {
    Reading reading =
        read(Endpoint.CHAT_COMPLETIONS, List.of(CHAT.getBytes(StandardCharsets.UTF_8)));
    assertThat(reading.atSite).endsWith("\"reasoning_tokens\":2}");
  }

  @Test
  void aStreamThatStopsBeforeItsEndIsBroken() {
    String cut = MESSAGES.substring(0, MESSAGES.indexOf("event: message_delta"));
    Reading reading = read(Endpoint.MESSAGES, List.of(cut.getBytes(StandardCharsets.UTF_8)));
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
    Reading reading = read(Endpoint.MESSAGES, List.of(error.getBytes(StandardCharsets.UTF_8)));
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
        read(Endpoint.CHAT_COMPLETIONS, List.of(stream.getBytes(StandardCharsets.UTF_8)));
    assertThat(reading.finals).isEqualTo(1);
    assertThat(reading.usage).isNotNull();
    assertThat(reading.usage.outputTokens()).isEqualTo(2);
    assertThat(reading.text).isEqualTo(stream);
  }

  private static Answers answers(Endpoint endpoint, @Nullable String secret) {
    ProviderKind kind =
        endpoint == Endpoint.MESSAGES ? ProviderKind.ANTHROPIC : ProviderKind.OPENAI;
    return new Answers(kind, endpoint, secret);
  }

  private static List<String> variants(String text) {
    return List.of(text, text.replace("\n", "\r\n"));
  }

  private static List<byte[]> pieces(byte[] bytes, int split) {
    return List.of(Arrays.copyOf(bytes, split), Arrays.copyOfRange(bytes, split, bytes.length));
  }

  private static List<byte[]> torn(String text, Random random) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    while (from < bytes.length) {
      int to = Math.min(bytes.length, from + 1 + random.nextInt(60));
      pieces.add(Arrays.copyOfRange(bytes, from, to));
      from = to;
    }
    return pieces;
  }

  private static final class Reading {
    private String text = "";
    private String atSite = "";
    private @Nullable Usage usage;
    private @Nullable String tier;
    private @Nullable Failure failure;
    private boolean ended;
    private boolean usageOnly;
    private int finals;
    private String emitted = "";
  }

  private static Reading read(Endpoint endpoint, List<byte[]> pieces) {
    Reading reading = new Reading();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var stream = new SseEventStream(answers(endpoint, "sk-secret"), 1, new Pieces(pieces))) {
      while (!reading.ended && reading.failure == null) {
        switch (stream.next()) {
          case Item.Events events -> out.write(events.bytes(), events.offset(), events.length());
          case Item.FinalUsage last -> {
            reading.finals++;
            reading.usageOnly = last.usageOnly();
            int brace = last.site().closingBrace();
            assertThat(last.bytes()[brace]).isEqualTo((byte) '}');
            reading.atSite = new String(last.bytes(), 0, brace, StandardCharsets.UTF_8);
            out.writeBytes(last.bytes());
          }
          case Item.End _ -> reading.ended = true;
          case Item.Broken broken -> reading.failure = broken.failure();
        }
      }
      reading.usage = stream.reported().usage();
      reading.tier = stream.reported().serviceTier();
      reading.emitted = stream.emittedText();
    }
    reading.text = out.toString(StandardCharsets.UTF_8);
    return reading;
  }

  /// An answer that arrives in given pieces.
  private static final class Pieces implements UpstreamResponse {
    private final List<byte[]> pieces;
    private int next;

    private Pieces(List<byte[]> pieces) {
      this.pieces = pieces;
    }

    @Override
    public int status() {
      return 200;
    }

    @Override
    public @Nullable String header(String name) {
      return null;
    }

    @Override
    public List<HeaderField> headers() {
      return List.of();
    }

    @Override
    public byte @Nullable [] read() throws UpstreamFailure {
      return next < pieces.size() ? pieces.get(next++) : null;
    }

    @Override
    public void onSilence(Silence listener) {}

    @Override
    public void hurry(Duration most) {}

    @Override
    public void close() {}
  }
}
