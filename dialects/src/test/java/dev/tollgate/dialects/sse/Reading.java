package dev.tollgate.dialects.sse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.dialects.Dialects;
import dev.tollgate.dialects.answer.Answers;
import dev.tollgate.dialects.upstream.Pieces;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.pricing.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A stream of events that was read to its end, and its outcome.
final class Reading {
  String text = "";
  String atSite = "";
  @Nullable Usage usage;
  @Nullable String tier;
  @Nullable Failure failure;
  boolean ended;
  boolean usageOnly;
  int finals;
  String emitted = "";

  private Reading() {}

  static Reading of(Endpoint endpoint, List<byte[]> pieces) {
    Reading reading = new Reading();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var stream = stream(answers(endpoint, "sk-secret"), pieces)) {
      while (!reading.ended && reading.failure == null) {
        switch (stream.next()) {
          case Item.Events events -> out.write(events.bytes(), events.offset(), events.length());
          case Item.FinalUsage last -> {
            reading.finals++;
            reading.usageOnly = last.usageOnly();
            byte[] bytes = last.event().bytes();
            int brace = ((UsageSplice) last.event()).site().closingBrace();
            assertThat(bytes[brace]).isEqualTo((byte) '}');
            reading.atSite = new String(bytes, 0, brace, StandardCharsets.UTF_8);
            out.writeBytes(bytes);
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

  /// A stream with one answer in it.
  static SseEventStream stream(Answers answers, List<byte[]> pieces) {
    Endpoint endpoint = answers.endpoint();
    EventRules rules = Dialects.format(endpoint.dialect()).events(endpoint.operation());
    return new SseEventStream(answers, rules, 1, new Pieces(pieces));
  }

  /// A text in pieces that end at random.
  static List<byte[]> torn(String text, Random random) {
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

  /// What errors in it mean, to an account with a credential.
  static Answers answers(Endpoint endpoint, @Nullable String secret) {
    return Dialects.format(endpoint.dialect()).answersOf(endpoint, secret);
  }
}
