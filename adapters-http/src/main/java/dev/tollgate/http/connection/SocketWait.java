package dev.tollgate.http.connection;

import io.helidon.common.socket.HelidonSocket;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What the thread of a connection waits for at the socket, so that another thread can break it
/// off. To close a TLS socket in the middle of a handshake waits for the lock that the handshake
/// holds; so the waiting thread is interrupted, which closes the channel below TLS, and the rest is
/// done by a thread of its own. The farewell of TLS is written, so a caller who takes nothing would
/// hold up the thread that closes: it gets a moment.
final class SocketWait {
  private static final Duration FAREWELL = Duration.ofSeconds(5);

  private final HelidonSocket socket;
  private final boolean secure;

  /// Who waits; kept for secure sockets alone. Guarded by this.
  private @Nullable Thread waiting;

  private boolean brokenOff;

  SocketWait(HelidonSocket socket) {
    this.socket = socket;
    this.secure = socket.isSecure();
  }

  void begins() {
    if (secure) {
      synchronized (this) {
        waiting = Thread.currentThread();
      }
    }
  }

  /// An interrupt that was meant for this wait must not reach what the thread does next.
  void ends() {
    if (secure) {
      synchronized (this) {
        waiting = null;
        if (brokenOff) {
          var _ = Thread.interrupted();
        }
      }
    }
  }

  /// May be called from any thread, more than once.
  void breakOff() {
    if (!secure) {
      close();
      return;
    }
    synchronized (this) {
      if (brokenOff) {
        return;
      }
      brokenOff = true;
      if (waiting != null) {
        waiting.interrupt();
      }
    }
    Thread.ofVirtual().name("close").start(this::farewell);
  }

  /// Closes a secure socket within a moment; any other is closed at once by its maker.
  void farewell() {
    if (!secure) {
      return;
    }
    Thread closer = Thread.ofVirtual().name("farewell").start(this::close);
    try {
      if (!closer.join(FAREWELL)) {
        closer.interrupt();
      }
    } catch (InterruptedException e) {
      closer.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  private void close() {
    try {
      socket.close();
    } catch (UncheckedIOException e) {
      // It was closed by the caller at the same moment.
    }
  }
}
