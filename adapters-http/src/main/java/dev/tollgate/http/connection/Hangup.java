package dev.tollgate.http.connection;

import io.helidon.common.socket.HelidonSocket;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Notices that a caller has hung up. Java cannot peek at a socket, so a virtual thread reads from
/// it. What it reads is the caller's next request, which the connection takes over from here; an
/// end of stream, or an error, is the caller's farewell.
final class Hangup {
  private static final byte[] NOTHING = {};

  private final HelidonSocket socket;
  private @Nullable CompletableFuture<byte @Nullable []> reading;
  private @Nullable Runnable whenGone;
  private boolean gone;

  Hangup(HelidonSocket socket) {
    this.socket = socket;
  }

  void watch(Runnable action) {
    boolean already;
    synchronized (this) {
      whenGone = action;
      already = gone;
      if (reading == null && !gone) {
        CompletableFuture<byte @Nullable []> future = new CompletableFuture<>();
        reading = future;
        Thread.ofVirtual().name("hangup-watch").start(() -> read(future));
      }
    }
    if (already) {
      action.run();
    }
  }

  synchronized boolean isGone() {
    return gone;
  }

  /// The request is over; a caller who leaves now is of no interest.
  synchronized void forget() {
    whenGone = null;
  }

  synchronized boolean isReading() {
    return reading != null;
  }

  /// What the watch has read: null at the end of the stream, nothing when it has not read yet.
  byte @Nullable [] takeOver(Duration patience) {
    CompletableFuture<byte @Nullable []> current;
    synchronized (this) {
      current = reading;
    }
    if (current == null) {
      return NOTHING;
    }
    try {
      byte[] bytes = current.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      synchronized (this) {
        reading = null;
      }
      return bytes;
    } catch (TimeoutException e) {
      return NOTHING;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException e) {
      return null;
    }
  }

  private void read(CompletableFuture<byte @Nullable []> future) {
    byte[] bytes = null;
    boolean waiting = true;
    while (waiting) {
      try {
        bytes = socket.get();
        waiting = false;
      } catch (UncheckedIOException e) {
        waiting = e.getCause() instanceof SocketTimeoutException;
      }
    }
    Runnable action = null;
    if (bytes == null) {
      synchronized (this) {
        gone = true;
        action = whenGone;
      }
    }
    future.complete(bytes);
    if (action != null) {
      action.run();
    }
  }
}
