package dev.tollgate.domain.rules;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The rule for spans of time that are asked about: they begin before they end.
public final class TimeSpans {
  private TimeSpans() {}

  /// @param from the begin, or null when the span has none
  /// @param to the end, or null when the span has none
  /// @throws BrokenRule when the span breaks the rule
  public static void check(@Nullable Instant from, @Nullable Instant to) {
    if (from != null && to != null && !from.isBefore(to)) {
      throw BrokenRule.of("from", "must be before to");
    }
  }
}
