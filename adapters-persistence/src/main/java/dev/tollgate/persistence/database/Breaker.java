package dev.tollgate.persistence.database;

import dev.tollgate.domain.tenancy.StoreUnavailable;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/// While a database is away, one asks at a time and the others are told at once. Thread-safe.
final class Breaker {
  private static final long PROBE_NANOS = Duration.ofMillis(500).toNanos();
  private static final long CLOSED = 0;

  /// When the next probe may be made, or CLOSED.
  private final AtomicLong nextProbe = new AtomicLong(CLOSED);

  /// @throws StoreUnavailable when it was away a moment ago and somebody else asks
  void check() {
    long next = nextProbe.get();
    if (next == CLOSED) {
      return;
    }
    long now = System.nanoTime();
    if (now - next < 0 || !nextProbe.compareAndSet(next, later(now))) {
      throw new StoreUnavailable(
          "the database did not answer a moment ago", new IllegalStateException("breaker is open"));
    }
  }

  void failed() {
    nextProbe.set(later(System.nanoTime()));
  }

  void succeeded() {
    if (nextProbe.get() != CLOSED) {
      nextProbe.set(CLOSED);
    }
  }

  private static long later(long now) {
    long next = now + PROBE_NANOS;
    return next == CLOSED ? 1 : next;
  }
}
