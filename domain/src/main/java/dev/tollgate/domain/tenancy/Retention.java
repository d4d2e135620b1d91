package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.rules.BrokenRule;

/// How long calls and their content are kept; each class has partitions of its own, which are
/// dropped whole when their time is over.
public enum Retention {
  DAYS_7(7),
  DAYS_30(30),
  DAYS_90(90),
  DAYS_400(400);

  private final int days;

  Retention(int days) {
    this.days = days;
  }

  public int days() {
    return days;
  }

  /// @throws IllegalArgumentException when there is no class of so many days
  public static Retention ofDays(int days) {
    for (Retention retention : values()) {
      if (retention.days == days) {
        return retention;
      }
    }
    throw BrokenRule.of("retention_days", "must be 7, 30, 90 or 400");
  }
}
