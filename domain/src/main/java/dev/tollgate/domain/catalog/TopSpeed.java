package dev.tollgate.domain.catalog;

import java.time.Duration;
import java.time.Instant;

/// How fast a deployment was seen to be: output tokens a second of its fastest complete stream.
/// What was seen counts for less day by day and for nothing after thirty, and never for more than
/// four times the seed.
///
/// @param tokensPerSecond as it was seen
/// @param seenAt when
public record TopSpeed(long tokensPerSecond, Instant seenAt) {
  private static final long MOST_TIMES = 4;
  private static final long LIFE_SECONDS = Duration.ofDays(30).toSeconds();

  /// Streams that are shorter than this say little about speed.
  private static final long LEAST_TOKENS = 64;

  private static final long LEAST_MILLIS = 500;

  /// The top speed at an instant.
  ///
  /// @param seed what the facts of the model say
  public long at(Instant now, long seed) {
    long seen = Math.min(tokensPerSecond, seed * MOST_TIMES);
    if (seen <= seed) {
      return seed;
    }
    return seed + (seen - seed) * left(now) / LIFE_SECONDS;
  }

  /// Whether a stream showed more than what still counts of this one.
  public boolean isBeatenBy(long shown, Instant now) {
    return shown >= Math.max(1, tokensPerSecond * left(now) / LIFE_SECONDS);
  }

  private long left(Instant now) {
    long age = Math.max(0, Duration.between(seenAt, now).toSeconds());
    return Math.max(0, LIFE_SECONDS - age);
  }

  /// The speed that a complete stream showed, or 0 when it was too short to tell.
  public static long shown(long outputTokens, long millis) {
    return outputTokens < LEAST_TOKENS || millis < LEAST_MILLIS
        ? 0
        : (outputTokens * 1_000 + millis - 1) / millis;
  }
}
