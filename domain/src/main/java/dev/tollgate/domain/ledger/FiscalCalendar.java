package dev.tollgate.domain.ledger;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// How a tenant counts days and years.
///
/// @param firstMonth the month in which the fiscal year begins, 1 to 12
public record FiscalCalendar(ZoneId zone, int firstMonth) {
  public static final FiscalCalendar UTC = new FiscalCalendar(ZoneOffset.UTC, 1);

  public FiscalCalendar {
    if (firstMonth < 1 || firstMonth > 12) {
      throw new IllegalArgumentException("fiscal_year_start must be a month, 1 to 12");
    }
  }

  /// @throws IllegalArgumentException when there is no such zone
  public static ZoneId zone(String name) {
    try {
      return name.equals("UTC") ? ZoneOffset.UTC : ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("time_zone must be a zone such as Europe/Berlin", e);
    }
  }
}
