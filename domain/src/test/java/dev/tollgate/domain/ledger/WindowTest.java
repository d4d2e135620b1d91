package dev.tollgate.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ledger.Window.Span;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {
  private static FiscalCalendar calendar(String zone, int month) {
    return new FiscalCalendar(FiscalCalendar.zone(zone), month);
  }

  @ParameterizedTest
  @CsvSource({
    // zone, fiscal month, window, instant, start, end
    "UTC, 1, DAY, 2026-11-24T23:59:59.999Z, 2026-11-24T00:00:00Z, 2026-11-25T00:00:00Z",
    "UTC, 1, DAY, 2026-11-25T00:00:00Z, 2026-11-25T00:00:00Z, 2026-11-26T00:00:00Z",
    "UTC, 1, WEEK, 2026-11-22T12:00:00Z, 2026-11-16T00:00:00Z, 2026-11-23T00:00:00Z",
    "UTC, 1, MONTH, 2024-02-29T12:00:00Z, 2024-02-01T00:00:00Z, 2024-03-01T00:00:00Z",
    "UTC, 4, QUARTER, 2026-03-31T23:00:00Z, 2026-01-01T00:00:00Z, 2026-04-01T00:00:00Z",
    "UTC, 2, QUARTER, 2026-01-15T00:00:00Z, 2025-11-01T00:00:00Z, 2026-02-01T00:00:00Z",
    "UTC, 7, YEAR, 2026-06-30T23:59:59Z, 2025-07-01T00:00:00Z, 2026-07-01T00:00:00Z",
    "UTC, 7, YEAR, 2026-07-01T00:00:00Z, 2026-07-01T00:00:00Z, 2027-07-01T00:00:00Z",
    // Kathmandu is 5:45 ahead.
    "Asia/Kathmandu, 1, DAY, 2026-11-24T18:14:59Z, 2026-11-23T18:15:00Z, 2026-11-24T18:15:00Z",
    "Asia/Kathmandu, 1, DAY, 2026-11-24T18:15:00Z, 2026-11-24T18:15:00Z, 2026-11-25T18:15:00Z",
    // Days of 23 and 25 hours.
    "Europe/Berlin, 1, DAY, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
    "Europe/Berlin, 1, DAY, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
    "America/New_York, 1, MONTH, 2026-11-01T05:30:00Z, 2026-11-01T04:00:00Z, 2026-12-01T05:00:00Z",
    // The hour after midnight is repeated: the day begins with the first.
    "America/Havana, 1, DAY, 2026-11-01T05:30:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
    // Midnight is skipped: the day begins with the first hour there is.
    "Africa/Cairo, 1, DAY, 2026-04-24T12:00:00Z, 2026-04-23T22:00:00Z, 2026-04-24T21:00:00Z",
    "Pacific/Auckland, 4, YEAR, 2026-03-31T10:59:59Z, 2025-03-31T11:00:00Z, 2026-03-31T11:00:00Z"
  })
  void beginsAndEndsWithTheLocalCalendar(
      String zone, int month, Window window, Instant at, Instant start, Instant end) {
    assertThat(window.at(at, calendar(zone, month))).isEqualTo(new Span(start, end));
  }

  @Test
  void aTotalHasNoEnd() {
    assertThat(Window.TOTAL.at(Instant.parse("2026-11-24T00:00:00Z"), FiscalCalendar.UTC))
        .isEqualTo(new Span(Instant.EPOCH, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UTC",
        "Asia/Kathmandu",
        "Europe/Berlin",
        "America/Havana",
        "Africa/Cairo",
        "Pacific/Chatham",
        "America/Sao_Paulo"
      })
  void windowsLeaveNoGapAndDoNotOverlap(String zone) {
    Random random = new Random(7);
    for (int i = 0; i < 500; i++) {
      Instant at = Instant.ofEpochSecond(random.nextLong(1_577_836_800L, 2_208_988_800L));
      FiscalCalendar calendar = calendar(zone, 1 + random.nextInt(12));
      for (Window window : Window.values()) {
        Span span = window.at(at, calendar);
        assertThat(span.start()).isBeforeOrEqualTo(at);
        assertThat(window.at(span.start(), calendar)).isEqualTo(span);
        Instant end = span.end();
        if (end != null) {
          assertThat(end).isAfter(at);
          assertThat(window.at(end, calendar).start()).isEqualTo(end);
          assertThat(window.at(end.minusNanos(1), calendar)).isEqualTo(span);
        }
        if (window == Window.DAY && end != null) {
          assertThat(Duration.between(span.start(), end))
              .isBetween(Duration.ofHours(23), Duration.ofHours(25));
        }
      }
    }
  }

  @Test
  void refusesWhatIsNoCalendar() {
    assertThatThrownBy(() -> new FiscalCalendar(ZoneId.of("UTC"), 13))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FiscalCalendar.zone("Mars/Olympus"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Window.parse("hour")).isInstanceOf(IllegalArgumentException.class);
    for (Window window : Window.values()) {
      assertThat(Window.parse(window.wire())).isEqualTo(window);
    }
  }
}
