package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Reservation;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What waits to be written. A caller may be parked on it until it is durable or its patience is
/// over; what was handed over is written all the same.
sealed interface Operation {

  /// Lets the caller go, who has waited for long enough.
  void giveUp();

  /// Whether a caller still waits whose patience is over, by the writer's clock in nanoseconds.
  boolean isOverdue(long now);

  /// The record of a finished call; settles its hold if it has one.
  final class Row implements Operation {
    final CallRecord call;
    private final @Nullable Thread waiter;
    private final long deadline;
    private volatile boolean committed;
    private volatile boolean overdue;

    /// @param waiter the thread to wake up, or null when nobody waits
    Row(CallRecord call, @Nullable Thread waiter, long deadline) {
      this.call = call;
      this.waiter = waiter;
      this.deadline = deadline;
    }

    void commit() {
      committed = true;
      LockSupport.unpark(waiter);
    }

    boolean isCommitted() {
      return committed;
    }

    boolean isOver() {
      return committed || overdue;
    }

    @Override
    public void giveUp() {
      overdue = true;
      LockSupport.unpark(waiter);
    }

    @Override
    public boolean isOverdue(long now) {
      return waiter != null && !isOver() && now - deadline >= 0;
    }
  }

  /// A hold that is asked for.
  final class Reserve implements Operation {
    final Reservation reservation;
    final long lineEnds;
    private final @Nullable Thread waiter;
    private final long deadline;
    private volatile @Nullable Admission outcome;
    private @Nullable Balance binding;

    Reserve(Reservation reservation, @Nullable Thread waiter, long lineEnds, long deadline) {
      this.reservation = reservation;
      this.waiter = waiter;
      this.lineEnds = lineEnds;
      this.deadline = deadline;
    }

    /// Answers once; a later answer is not heard.
    ///
    /// @return false when it had been answered before, so that nobody will use the hold
    boolean answer(Admission admission) {
      synchronized (this) {
        if (outcome != null) {
          return false;
        }
        outcome = admission;
      }
      LockSupport.unpark(waiter);
      return true;
    }

    @Nullable Admission outcome() {
      return outcome;
    }

    /// What it waits for in line; set and read by the writer.
    void waitFor(Balance account) {
      binding = account;
    }

    /// Ends the wait in line.
    void leaveLine() {
      answer(binding == null ? new Admission.Unavailable() : new Admission.Busy(binding));
    }

    @Override
    public void giveUp() {
      answer(new Admission.Unavailable());
    }

    @Override
    public boolean isOverdue(long now) {
      return outcome == null && now - deadline >= 0;
    }
  }

  /// The end of a hold that cost nothing, or of one whose node fell silent.
  final class Ending implements Operation {
    final HoldId hold;
    final boolean expired;

    Ending(HoldId hold, boolean expired) {
      this.hold = hold;
      this.expired = expired;
    }

    @Override
    public void giveUp() {
      // Nobody waits for it.
    }

    @Override
    public boolean isOverdue(long now) {
      return false;
    }
  }
}
