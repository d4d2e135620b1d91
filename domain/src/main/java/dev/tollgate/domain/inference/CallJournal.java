package dev.tollgate.domain.inference;

import java.time.Duration;

/// The durable record of calls, and of attempts before their last that are paid for. Rows go in by
/// group commit: whatever waits goes as one batch, one transaction. A row is written exactly once,
/// even when an acknowledgement is lost. Thread-safe.
public interface CallJournal {
  /// Whether it can take another call. False when too many rows wait for a store that does not
  /// answer; new calls must then be refused with 503.
  boolean accepting();

  /// Whether rows of refused calls may ride along: not while many wait, since those of served calls
  /// come first.
  boolean isCalm();

  /// Hands over a call and waits until it is committed.
  ///
  /// @return false when it is not committed within the patience; it is kept and will be
  boolean commit(CallRecord call, Duration patience);

  /// Hands over a call without waiting.
  void offer(CallRecord call);
}
