package dev.tollgate.dialects.upstream;

import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An answer that arrives in given pieces.
public final class Pieces implements UpstreamResponse {
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
