package dev.tollgate.http.connection;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import java.time.Duration;

/// Writes to a caller, who has to take it: [#SLICE] bytes in [#PATIENCE]. What is in the socket's
/// own buffer counts as taken.
final class WatchedWriter implements DataWriter {
  private static final long PATIENCE = Duration.ofSeconds(30).toNanos();
  private static final int SLICE = 256 << 10;
  private static final long NOT_WRITING = 0;

  private final DataWriter to;
  private final SocketWait wait;
  private volatile long since = NOT_WRITING;

  WatchedWriter(DataWriter to, SocketWait wait) {
    this.to = to;
    this.wait = wait;
  }

  /// Whether what is being written has not been taken in time.
  boolean isOverdue(long now) {
    long began = since;
    return began != NOT_WRITING && now - began > PATIENCE;
  }

  @Override
  public void write(BufferData... buffers) {
    for (BufferData each : buffers) {
      write(each);
    }
  }

  @Override
  public void write(BufferData buffer) {
    slices(buffer, to::write);
  }

  @Override
  public void writeNow(BufferData... buffers) {
    for (BufferData each : buffers) {
      writeNow(each);
    }
  }

  @Override
  public void writeNow(BufferData buffer) {
    slices(buffer, to::writeNow);
  }

  private interface Write {
    void write(BufferData buffer);
  }

  private void slices(BufferData buffer, Write write) {
    while (buffer.available() > SLICE) {
      byte[] slice = new byte[SLICE];
      buffer.read(slice);
      watched(BufferData.create(slice), write);
    }
    watched(buffer, write);
  }

  private void watched(BufferData buffer, Write write) {
    long now = System.nanoTime();
    since = now == NOT_WRITING ? 1 : now;
    wait.begins();
    try {
      write.write(buffer);
    } finally {
      wait.ends();
      since = NOT_WRITING;
    }
  }

  @Override
  public void flush() {
    to.flush();
  }

  @Override
  public void close() {
    to.close();
  }
}
