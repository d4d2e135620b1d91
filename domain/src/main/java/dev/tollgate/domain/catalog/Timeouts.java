package dev.tollgate.domain.catalog;

import dev.tollgate.domain.rules.BrokenRule;
import java.time.Duration;

/// How long a provider may take. All are bounded: more than nothing, at most 1 hour.
///
/// @param connect to open a connection, TLS included
/// @param firstByte to the first byte of a streamed answer
/// @param whole to the first byte of an answer that is not streamed
/// @param idle between two bytes of an answer
/// @param total for the whole call
/// @param finish for an answer that is not streamed after its caller has hung up; zero breaks it
///   off
public record Timeouts(
    Duration connect,
    Duration firstByte,
    Duration whole,
    Duration idle,
    Duration total,
    Duration finish) {
  private static final Duration LONGEST = Duration.ofHours(1);
  public static final Timeouts DEFAULT =
      new Timeouts(
          Duration.ofSeconds(5),
          Duration.ofSeconds(120),
          Duration.ofSeconds(600),
          Duration.ofSeconds(120),
          Duration.ofMinutes(30),
          Duration.ofSeconds(5));

  public Timeouts {
    check("connect", connect);
    check("first_byte", firstByte);
    check("whole", whole);
    check("idle", idle);
    check("total", total);
    if (finish.isNegative() || finish.compareTo(LONGEST) > 0) {
      throw BrokenRule.of("timeouts.finish", "must be between 0 and PT1H");
    }
  }

  private static void check(String name, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
      throw BrokenRule.of("timeouts." + name, "must be more than 0 and at most PT1H");
    }
  }
}
