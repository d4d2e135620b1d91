package dev.tollgate.domain.ledger;

import dev.tollgate.domain.rules.BrokenRule;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// How a tenant counts days and years.
///
/// @param firstMonth the month in which the fiscal year begins, 1 to 12
public record FiscalCalendar(ZoneId zone, int firstMonth) {
  public static final FiscalCalendar UTC = new FiscalCalendar(ZoneOffset.UTC, 1);

  public FiscalCalendar {
    if (firstMonth < 1 || firstMonth > 12) {
      throw BrokenRule.of("fiscal_year_start", "must be a month, 1 to 12");
    }
  }

  /// A zone by the name of its region. Names with an offset, such as `GMT-8`, mean the opposite to
  /// PostgreSQL and are refused.
  ///
  /// @throws IllegalArgumentException when there is no such region
  public static ZoneId zone(String name) {
    if (name.equals("UTC")) {
      return ZoneOffset.UTC;
    }
    boolean region = name.contains("/") && !name.startsWith("SystemV/");
    if (!region || !ZoneId.getAvailableZoneIds().contains(name)) {
      throw BrokenRule.of(
          "time_zone", "must be UTC or the name of a region, such as Europe/Berlin");
    }
    return ZoneId.of(name);
  }
}
