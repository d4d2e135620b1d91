package dev.tollgate.domain.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TopSpeedTest {
  private static final Instant SEEN = Instant.parse("2026-11-01T00:00:00Z");

  @Test
  void whatWasSeenCountsLessDayByDay() {
    TopSpeed speed = new TopSpeed(300, SEEN);
    assertThat(speed.at(SEEN, 100)).isEqualTo(300);
    assertThat(speed.at(SEEN.plus(Duration.ofDays(15)), 100)).isEqualTo(200);
    assertThat(speed.at(SEEN.plus(Duration.ofDays(30)), 100)).isEqualTo(100);
    assertThat(speed.at(SEEN.plus(Duration.ofDays(300)), 100)).isEqualTo(100);
  }

  @Test
  void neitherBelowTheSeedNorMoreThanFourTimes() {
    assertThat(new TopSpeed(50, SEEN).at(SEEN, 100)).isEqualTo(100);
    assertThat(new TopSpeed(5_000, SEEN).at(SEEN, 100)).isEqualTo(400);
  }

  @Test
  void aSlowerStreamDoesNotTakeTheRecordBeforeItHasFaded() {
    TopSpeed speed = new TopSpeed(300, SEEN);
    assertThat(speed.isBeatenBy(200, SEEN)).isFalse();
    assertThat(speed.isBeatenBy(200, SEEN.plus(Duration.ofDays(11)))).isTrue();
    assertThat(speed.isBeatenBy(0, SEEN.plus(Duration.ofDays(60)))).isFalse();
  }

  @Test
  void aShortStreamShowsNothing() {
    assertThat(TopSpeed.shown(1_000, 2_000)).isEqualTo(500);
    assertThat(TopSpeed.shown(63, 2_000)).isZero();
    assertThat(TopSpeed.shown(1_000, 499)).isZero();
  }
}
