package dev.tollgate.application.ledger;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/// The ledger's time as a node sees it: its own clock, moved by as much as the database's was found
/// to differ. It chooses prices and the time at which calls without a hold count, so that a node
/// whose clock is wrong charges what the others do. Thread-safe.
public final class LedgerClock extends Clock {
  private final Clock own;
  private volatile Duration ahead = Duration.ZERO;

  public LedgerClock(Clock own) {
    this.own = own;
  }

  /// Told what time the database had a moment ago.
  public void learn(Instant database) {
    ahead = Duration.between(own.instant(), database);
  }

  @Override
  public Instant instant() {
    return own.instant().plus(ahead);
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
