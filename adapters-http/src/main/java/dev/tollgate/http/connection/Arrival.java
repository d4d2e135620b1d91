package dev.tollgate.http.connection;

import java.time.Duration;

/// How the bytes of a request arrive, and when the next one is overdue. The thread that reads the
/// connection calls everything but [#hasBegun], [#isOverdue] and [#silentNanos].
final class Arrival {
  /// How long a request may take to arrive, beside the time its bytes need at the slowest speed.
  private static final long GRACE_NANOS = Duration.ofSeconds(7).toNanos();

  /// 32 KiB a second.
  private static final long NANOS_PER_BYTE = 1_000_000_000L / (32 << 10);

  /// From the connection to the first byte of a request under TLS. The handshake is part of the
  /// first read, so nothing tells it from silence.
  private static final long HANDSHAKE_NANOS = Duration.ofSeconds(10).toNanos();

  private static final long KEEP_ALIVE_NANOS = Duration.ofSeconds(75).toNanos();

  /// More than the largest body that can be allowed, with its head. Helidon reads a chunk whole
  /// before anyone sees it, so the bound has to be here.
  private static final long LARGEST_REQUEST = 72L << 20;

  private volatile boolean begun;
  private volatile long since = System.nanoTime();
  private volatile long received;
  private volatile long lastByte = since;

  boolean hasBegun() {
    return begun;
  }

  /// The next request has its own deadline.
  ///
  /// @param here whether bytes of it have arrived already
  void next(boolean here) {
    begun = here;
    since = System.nanoTime();
    lastByte = since;
    received = 0;
  }

  void received(int bytes) {
    long now = System.nanoTime();
    if (!begun) {
      begun = true;
      since = now;
    }
    long sum = received + bytes;
    received = sum;
    lastByte = now;
  }

  /// The caller is waited for. What passed since the last byte was the gateway's own time, such as
  /// for looking a key up, and does not count.
  void waits() {
    if (begun) {
      long now = System.nanoTime();
      long start = since + (now - lastByte);
      lastByte = now;
      since = start;
    }
  }

  boolean isTooLarge() {
    return received > LARGEST_REQUEST;
  }

  /// How long no request has begun, or -1 when one has.
  long silentNanos(long now) {
    return begun ? -1 : Math.max(0, now - since);
  }

  /// @param shakingHands whether a TLS handshake may still be under way
  boolean isOverdue(long now, boolean shakingHands) {
    if (!begun) {
      return now - since > (shakingHands ? HANDSHAKE_NANOS : KEEP_ALIVE_NANOS);
    }
    return now - lastByte > GRACE_NANOS || now - since > GRACE_NANOS + received * NANOS_PER_BYTE;
  }
}
