package dev.tollgate.providers.transport;

import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An answer of whose body the first piece was looked at before it is read.
public final class PeekedResponse implements UpstreamResponse {
  private final UpstreamResponse response;
  private byte @Nullable [] first;
  private boolean peeked;

  public PeekedResponse(UpstreamResponse response) {
    this.response = response;
  }

  /// Waits for the first piece, which the next [#read] answers again; null when there is none.
  ///
  /// @throws UpstreamFailure when it does not come
  public byte @Nullable [] peek() {
    if (!peeked) {
      first = response.read();
      peeked = true;
    }
    return first;
  }

  @Override
  public byte @Nullable [] read() {
    byte[] piece = first;
    if (piece != null) {
      first = null;
      return piece;
    }
    return response.read();
  }

  @Override
  public int status() {
    return response.status();
  }

  @Override
  public @Nullable String header(String name) {
    return response.header(name);
  }

  @Override
  public List<HeaderField> headers() {
    return response.headers();
  }

  @Override
  public void onSilence(Silence listener) {
    response.onSilence(listener);
  }

  @Override
  public void hurry(Duration most) {
    response.hurry(most);
  }

  @Override
  public void close() {
    response.close();
  }
}
