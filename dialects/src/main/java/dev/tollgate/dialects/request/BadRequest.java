package dev.tollgate.dialects.request;

import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.reasons.Reason;
import org.jspecify.annotations.Nullable;

/// A request that is not one of its dialect, and what its caller is told.
public final class BadRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  /// @param param the field at fault, or null
  public BadRequest(Reason reason, String message, @Nullable String param) {
    super(message, null, false, false);
    this.refusal = Refusal.of(reason, message, param);
  }

  public Refusal refusal() {
    return refusal;
  }
}
