package dev.tollgate.dialects.upstream;

import dev.tollgate.domain.inference.Failure;
import java.io.Serial;

/// No answer, or a broken one. Carries the [Failure] that callers of the port see.
public final class UpstreamFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public UpstreamFailure(Failure.Kind kind, String message) {
    super(message, null, false, false);
    this.failure = Failure.of(kind, message);
  }

  public Failure failure() {
    return failure;
  }
}
