package dev.tollgate.providers.transport;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Lets a server that sends small pieces faster than they can be passed on one by one go on to the
/// next full millisecond. What has come by then goes out together, and one timer wakes all streams
/// that do so. A stream that pauses between its pieces, as models do, is never held up, nor is one
/// whose pieces are large. Used by one thread.
final class Gathering {
  private static final long TICK = Duration.ofMillis(1).toNanos();
  private static final long AT_ONCE = TICK / 5;
  private static final int LARGE = 4_096;
  private static final int A_FEW = 2;

  private int hasty;

  /// Waits if that is worth it.
  ///
  /// @return the time afterwards
  long pause(long now) {
    long pause = nanos(now);
    if (pause == 0) {
      return now;
    }
    LockSupport.parkNanos(this, pause);
    return System.nanoTime();
  }

  /// How long to wait before the next read.
  long nanos(long now) {
    return hasty < A_FEW ? 0 : TICK - Math.floorMod(now, TICK);
  }

  /// @param waited for how long a read had to wait, in nanoseconds
  /// @param size the bytes that it brought
  void read(long waited, int size) {
    hasty = waited < AT_ONCE && size < LARGE ? hasty + 1 : 0;
  }
}
