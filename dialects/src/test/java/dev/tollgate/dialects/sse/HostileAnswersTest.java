package dev.tollgate.dialects.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.dialects.answer.Answers;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.pricing.Usage;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Answers that are nonsense, or large.
class HostileAnswersTest {
  /// Whatever a provider sends becomes an answer or a failure with counts that are in range;
  /// nothing throws.
  @Test
  void nothingThatAProviderSendsThrows() {
    String[] texts = {
      SseEventStreamTest.CHAT, SseEventStreamTest.MESSAGES, SseEventStreamTest.RESPONSES
    };
    Endpoint[] endpoints = {Endpoint.CHAT_COMPLETIONS, Endpoint.MESSAGES, Endpoint.RESPONSES};
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      int dialect = random.nextInt(texts.length);
      String text = mutated(texts[dialect], random);
      Reading reading = Reading.of(endpoints[dialect], Reading.torn(text, random));
      Usage usage = reading.usage == null ? Usage.NONE : reading.usage;
      for (long count : usage.counts()) {
        assertThat(count).as("seed %s", seed).isBetween(0L, Usage.MOST);
      }
      int from = text.indexOf('{', random.nextInt(text.length()));
      if (from >= 0) {
        byte[] body = text.substring(from).getBytes(StandardCharsets.UTF_8);
        Answers answers = Reading.answers(endpoints[dialect], "sk-secret");
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
    Reading reading = Reading.of(Endpoint.CHAT_COMPLETIONS, pieces);
    long millis = (threads.getCurrentThreadCpuTime() - before) / 1_000_000;
    assertThat(reading.ended).isTrue();
    return millis;
  }
}
