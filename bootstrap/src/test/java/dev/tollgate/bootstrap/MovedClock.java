package dev.tollgate.bootstrap;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// The time by which a gateway of a test decides, and its database with it.
final class MovedClock extends Clock {
  private volatile Duration ahead = Duration.ZERO;

  /// Moves the node's own clock only.
  void moveAlone(Duration more) {
    ahead = ahead.plus(more);
  }

  /// Moves the clock and the time of a gateway's database to it.
  void move(Duration more, TestingGateway gateway) throws SQLException {
    moveAlone(more);
    gateway.sql(
        "create or replace function tollgate.at() returns timestamptz language sql stable parallel"
            + " safe as 'select now() + interval ''%d seconds'''".formatted(ahead.toSeconds()));
  }

  @Override
  public Instant instant() {
    return Instant.now().plus(ahead);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new IllegalArgumentException("this clock has no other zone");
  }
}
