package dev.tollgate.simulated;

import java.io.Serial;

/// Ends the reading of a request that gets an error.
final class Rejected extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient Rejection rejection;

  Rejected(Rejection rejection) {
    super(rejection.toString(), null, false, false);
    this.rejection = rejection;
  }

  Rejection rejection() {
    return rejection;
  }
}
