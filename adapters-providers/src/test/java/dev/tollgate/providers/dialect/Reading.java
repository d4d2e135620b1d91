package dev.tollgate.providers.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.providers.transport.UpstreamFailure;
import dev.tollgate.providers.transport.UpstreamResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A stream of events that was read to its end, and what came of it.
public final class Reading {
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
    ProviderKind kind =
        endpoint == Endpoint.MESSAGES ? ProviderKind.ANTHROPIC : ProviderKind.OPENAI;
    return new Answers(kind, endpoint, secret);
  }

  /// An answer that arrives in given pieces.
  public static final class Pieces implements UpstreamResponse {
    private final List<byte[]> pieces;
    private int next;

    public Pieces(List<byte[]> pieces) {
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
