package dev.tollgate.domain.ledger;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// For how long a budget counts. A window is part of an account's identity, so nothing is ever
/// reset: a new window is a new account that starts at zero.
public enum Window {
  TOTAL,
  DAY,
  WEEK,
  MONTH,
  QUARTER,
  YEAR;

  /// From `start` (inclusive) to `end` (exclusive).
  ///
  /// @param end null for a window without end
  public record Span(Instant start, @Nullable Instant end) {}

  /// The window that holds an instant. Days begin at the first instant of the local date, weeks on
  /// Monday (ISO 8601), quarters and years with the fiscal year. A total begins at the epoch.
  public Span at(Instant instant, FiscalCalendar calendar) {
    if (this == TOTAL) {
      return new Span(Instant.EPOCH, null);
    }
    LocalDate day = LocalDate.ofInstant(instant, calendar.zone());
    LocalDate first = first(day, calendar.firstMonth());
    // Where a day's first hour occurs twice, an instant of the second one belongs to it all the
    // same: the day began with the first.
    return new Span(
        first.atStartOfDay(calendar.zone()).toInstant(),
        next(first).atStartOfDay(calendar.zone()).toInstant());
  }

  private LocalDate first(LocalDate day, int firstMonth) {
    int monthsIn = Math.floorMod(day.getMonthValue() - firstMonth, 12);
    return switch (this) {
      case TOTAL, DAY -> day;
      case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
      case MONTH -> day.withDayOfMonth(1);
      case QUARTER -> day.withDayOfMonth(1).minusMonths(monthsIn % 3);
      case YEAR -> day.withDayOfMonth(1).minusMonths(monthsIn);
    };
  }

  private LocalDate next(LocalDate first) {
    return switch (this) {
      case TOTAL, DAY -> first.plusDays(1);
      case WEEK -> first.plusWeeks(1);
      case MONTH -> first.plusMonths(1);
      case QUARTER -> first.plusMonths(3);
      case YEAR -> first.plusYears(1);
    };
  }

  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws IllegalArgumentException when there is no such window
  public static Window parse(String wire) {
    for (Window window : values()) {
      if (window.wire().equals(wire)) {
        return window;
      }
    }
    throw new IllegalArgumentException("window must be total, day, week, month, quarter or year");
  }
}
