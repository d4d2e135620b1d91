package dev.tollgate.application.relay;

import java.io.Serial;

/// The caller hung up.
public final class CallerGone extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public CallerGone(Throwable cause) {
    super("the caller hung up", cause);
  }
}
