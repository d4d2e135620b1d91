package dev.tollgate.simulated;

import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An answer whose body is there at once.
final class WholeAnswer implements UpstreamResponse {
  private final Head head;
  private byte @Nullable [] body;

  WholeAnswer(Head head, byte[] body) {
    this.head = head;
    this.body = body;
  }

  @Override
  public int status() {
    return head.status();
  }

  @Override
  public @Nullable String header(String name) {
    return head.header(name);
  }

  @Override
  public List<HeaderField> headers() {
    return head.headers();
  }

  @Override
  public byte @Nullable [] read() {
    byte[] rest = body;
    body = null;
    return rest;
  }

  @Override
  public void onSilence(Silence listener) {
    // There is none.
  }

  @Override
  public void hurry(Duration most) {
    // It is there at once.
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
