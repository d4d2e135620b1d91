package dev.tollgate.application.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class LedgerClockTest {
  private static final Instant DATABASE = Instant.parse("2026-11-29T12:00:00Z");

  private static LedgerClock over(Instant own) {
    return new LedgerClock(Clock.fixed(own, ZoneOffset.UTC));
  }

  /// A node that is two hours behind chooses the price that the others choose.
  @Test
  void theDatabasesTimeCounts() {
    LedgerClock clock = over(DATABASE.minusSeconds(7_200));
    clock.learn(DATABASE, Duration.ZERO);
    assertThat(clock.instant()).isEqualTo(DATABASE);
  }

  @Test
  void aSlowAnswerDoesNotShakeIt() {
    LedgerClock clock = over(DATABASE);
    clock.learn(DATABASE.minusSeconds(20), Duration.ofSeconds(21));
    assertThat(clock.instant()).isEqualTo(DATABASE);
  }

  @Test
  void itMovesAsFarAsItIsProvedWrong() {
    LedgerClock behind = over(DATABASE);
    behind.learn(DATABASE.plusSeconds(5), Duration.ofSeconds(1));
    assertThat(behind.instant()).isEqualTo(DATABASE.plusSeconds(5));
    LedgerClock ahead = over(DATABASE);
    ahead.learn(DATABASE.minusSeconds(5), Duration.ofSeconds(1));
    assertThat(ahead.instant()).isEqualTo(DATABASE.minusSeconds(4));
  }
}
