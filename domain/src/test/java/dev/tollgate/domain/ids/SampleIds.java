package dev.tollgate.domain.ids;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/// UUIDv7 for tests. Each is larger than the one before for the same or a later time, so that
/// "newest first" is certain. Thread-safe.
public final class SampleIds {
  private static final AtomicLong MILLIS = new AtomicLong();
  private static final AtomicLong COUNTER = new AtomicLong();

  private SampleIds() {}

  /// The id of something made now.
  public static UUID anId() {
    long now = System.currentTimeMillis();
    return of(MILLIS.updateAndGet(last -> Math.max(last + 1, now)));
  }

  /// The id of something made at a time.
  public static UUID anIdOf(Instant time) {
    return of(time.toEpochMilli());
  }

  public static TenantId aTenant() {
    return new TenantId(anId());
  }

  private static UUID of(long millis) {
    return new UUID(millis << 16 | 0x7000, 0x8000_0000_0000_0000L | COUNTER.incrementAndGet());
  }
}
