package dev.tollgate.domain.ledger;

import java.util.List;

/// The answer to a reservation.
public sealed interface Admission {
  /// The hold is durable; the attempt may be dispatched.
  ///
  /// @param balances the accounts it touches, the hold included
  record Admitted(Hold hold, List<Balance> balances) implements Admission {
    public Admitted {
      balances = List.copyOf(balances);
    }
  }

  /// Only open holds were in the way for as long as the caller was willing to wait.
  record Busy(Balance binding) implements Admission {}

  /// The budget is used up.
  record Exhausted(Balance binding) implements Admission {}

  /// The store does not answer, so nothing may be dispatched.
  record Unavailable() implements Admission {}
}
