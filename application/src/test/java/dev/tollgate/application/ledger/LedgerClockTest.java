package dev.tollgate.application.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LedgerClockTest {
  /// A node that is two hours behind chooses the price that the others choose.
  @Test
  void theDatabasesTimeCounts() {
    Instant database = Instant.parse("2026-11-29T12:00:00Z");
    LedgerClock clock = new LedgerClock(Clock.fixed(database.minusSeconds(7_200), ZoneOffset.UTC));
    clock.learn(database);
    assertThat(clock.instant()).isEqualTo(database);
  }
}
