package dev.tollgate.application.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/// The ledger's time as a node sees it: its own clock, moved by as much as the database's was found
/// to differ. It chooses prices, ids, the end of keys and the time at which calls without a hold
/// count, so that a node whose clock is wrong does what the others do. Thread-safe.
public final class LedgerClock extends Clock {
  private final Clock own;
  private volatile Duration ahead = Duration.ZERO;

  public LedgerClock(Clock own) {
    this.own = own;
  }

  /// Told what time the database had at some moment of the last while. Moves only as far as that
  /// proves it wrong, so that a slow answer does not shake it.
  ///
  /// @param within how long ago that moment may be
  public void learn(Instant database, Duration within) {
    Duration least = Duration.between(own.instant(), database);
    Duration most = least.plus(within);
    Duration now = ahead;
    if (now.compareTo(least) < 0) {
      ahead = least;
    } else if (now.compareTo(most) > 0) {
      ahead = most;
    }
  }

  @Override
  public Instant instant() {
    return own.instant().plus(ahead);
  }

  /// Without an [Instant] of its own: ids are named by it.
  @Override
  public long millis() {
    return own.millis() + ahead.toMillis();
  }

  @Override
  public ZoneId getZone() {
    return own.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new IllegalArgumentException("the ledger's time has no zone");
  }
}
