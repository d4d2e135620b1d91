package dev.tollgate.domain.ids;

import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds and 74 random bits. Ids name things;
/// they are not secrets, so the random source need not be cryptographic.
public final class TimeOrderedIds implements Ids {
  private final Clock clock;
  private final Supplier<? extends RandomGenerator> random;

  public TimeOrderedIds(Clock clock, Supplier<? extends RandomGenerator> random) {
    this.clock = clock;
    this.random = random;
  }

  @Override
  public UUID next() {
    RandomGenerator bits = random.get();
    long high = clock.millis() << 16 | 0x7000 | (bits.nextLong() & 0x0fff);
    long low = bits.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
