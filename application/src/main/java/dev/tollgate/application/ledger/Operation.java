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

  /// Wakes the caller, whose patience is over.
  void giveUp();

  /// Whether a caller still waits whose patience is over, by the writer's clock in nanoseconds.
  boolean isOverdue(long now);

  /// The record of a finished call or of a paid attempt; settles its hold if it has one.
  final class Row implements Operation {
    /// Faults after which the record is put down at its bound, and after which it is given up.
    private static final int FAULTS_TO_BOUND = 2;

    private static final int FAULTS_TO_GIVE_UP = 10;

    private volatile CallRecord call;
    private final @Nullable Thread waiter;
    private final long deadline;
    private int faults;
    private volatile boolean committed;
    private volatile boolean overdue;

    /// @param waiter the thread to wake up, or null when nobody waits
    Row(CallRecord call, @Nullable Thread waiter, long deadline) {
      this.call = call;
      this.waiter = waiter;
      this.deadline = deadline;
    }

    CallRecord call() {
      return call;
    }

    /// Told by the writer that the record alone could not be written. One that the store refuses,
    /// or that failed twice, is put down at its bound from then on.
    ///
    /// @param refused whether the store will never take it as it is
    /// @return false when it cannot be written in any form
    boolean mayTryAgain(boolean refused) {
      faults = refused ? Math.max(FAULTS_TO_BOUND, faults + 1) : faults + 1;
      if (faults == FAULTS_TO_BOUND) {
        call = call.atItsBound();
      }
      return faults < FAULTS_TO_GIVE_UP;
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

  /// The end of a hold without the record of a call.
  final class Ending implements Operation {
    private static final int MOST_FAULTS = 10;

    final HoldId hold;
    final Way way;
    private int faults;

    /// How it ends.
    sealed interface Way {
      /// At nothing: it is certain that nothing was billed.
      record AtNothing() implements Way {}

      /// At its bound, if its deadline has passed and its node is silent.
      record Expired() implements Way {}
    }

    Ending(HoldId hold, Way way) {
      this.hold = hold;
      this.way = way;
    }

    /// The end of a hold of which nothing was billed.
    static Ending atNothing(HoldId hold) {
      return new Ending(hold, new Way.AtNothing());
    }

    /// Told by the writer that it failed alone.
    ///
    /// @return false when it is of no use; the hold then expires
    boolean mayTryAgain() {
      faults++;
      return faults < MOST_FAULTS;
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
