package dev.tollgate.providers.transport;

import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import org.jspecify.annotations.Nullable;

/// An answer of whose body the first piece was looked at before it is read.
public final class PeekedResponse extends ForwardingResponse {
  private byte @Nullable [] first;
  private boolean peeked;

  public PeekedResponse(UpstreamResponse response) {
    super(response);
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
}
