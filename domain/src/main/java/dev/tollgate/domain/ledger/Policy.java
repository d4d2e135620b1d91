package dev.tollgate.domain.ledger;

import java.util.Locale;

/// What a budget does when a call does not fit.
public enum Policy {
  /// Counts and alerts, and never refuses.
  OBSERVE,
  /// Refuses the call.
  REFUSE,
  /// Lowers the output cap that is sent upstream until the call fits, and refuses it when even the
  /// least output does not.
  CLAMP;

  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws IllegalArgumentException when there is no such policy
  public static Policy parse(String wire) {
    for (Policy policy : values()) {
      if (policy.wire().equals(wire)) {
        return policy;
      }
    }
    throw new IllegalArgumentException("policy must be observe, refuse or clamp");
  }
}
