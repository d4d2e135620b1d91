package dev.tollgate.application.relay;

import dev.tollgate.domain.inference.EventStream.Item;
import java.util.concurrent.locks.ReentrantLock;

/// The line to the caller, which the relay and the liveness watch share: one writes at a time, and
/// the head goes first. Once it is closed, only the relay writes.
final class Line implements Sink {
  private final Outlet outlet;
  private final ReentrantLock writing = new ReentrantLock();

  /// Guarded by the lock.
  private boolean begun;

  /// Guarded by the lock.
  private boolean closed;

  Line(Outlet outlet) {
    this.outlet = outlet;
  }

  @Override
  public void events(Item.Events events) {
    writing.lock();
    try {
      begin();
      outlet.write(events.bytes(), events.offset(), events.length());
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void usage(Item.FinalUsage usage) {
    throw new IllegalStateException("usage is held back before the line");
  }

  @Override
  public void end() {
    // The last piece has its end with it.
  }

  /// Keeps a silent stream open, unless it is closed.
  void keepAlive() {
    writing.lock();
    try {
      if (!closed) {
        begin();
        outlet.keepAlive();
      }
    } finally {
      writing.unlock();
    }
  }

  /// From here on only the thread that closes it writes.
  void close() {
    writing.lock();
    try {
      closed = true;
    } finally {
      writing.unlock();
    }
  }

  boolean hasBegun() {
    return begun;
  }

  /// Sends the last piece, on a line that is closed.
  void finish(byte[] last) {
    begin();
    outlet.write(last, 0, last.length);
    outlet.end();
  }

  private void begin() {
    if (!begun) {
      begun = true;
      outlet.begin();
    }
  }
}
