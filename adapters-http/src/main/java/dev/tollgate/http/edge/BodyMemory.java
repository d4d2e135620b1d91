package dev.tollgate.http.edge;

import java.util.concurrent.atomic.AtomicLong;

/// How many bytes of request bodies may be in memory at once. A body counts from its first byte
/// until its request has been answered. Thread-safe.
public final class BodyMemory {
  private final long most;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  public BodyMemory(long most) {
    this.most = most;
  }

  /// A quarter of the heap: parsing and sending a body needs a few times its length.
  ///
  /// @param largestBody so many bytes fit in any case, twice
  public static BodyMemory ofHeap(long heapBytes, int largestBody) {
    return new BodyMemory(Math.max(heapBytes / 4, 2L * largestBody));
  }

  public long taken() {
    return taken.get();
  }

  /// How many requests found no room since the start.
  public long refused() {
    return refused.get();
  }

  public Share share() {
    return new Share();
  }

  /// What one request has taken. Belongs to one thread.
  public final class Share implements AutoCloseable {
    private long mine;

    /// @return false when there is no room for so many bytes more
    boolean grow(long bytes) {
      if (taken.addAndGet(bytes) > most) {
        taken.addAndGet(-bytes);
        refused.incrementAndGet();
        return false;
      }
      mine += bytes;
      return true;
    }

    @Override
    public void close() {
      taken.addAndGet(-mine);
      mine = 0;
    }
  }
}
