package dev.tollgate.grpc;

import com.google.protobuf.Message;
import dev.tollgate.admin.Dispatch;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Sends one message after the other, and waits while the caller does not take them, but not for
/// ever.
final class Waiting {
  private static final int PATIENCE_SECONDS = 60;

  private final ServerCallStreamObserver<Message> out;
  private final Semaphore signals = new Semaphore(0);

  Waiting(ServerCallStreamObserver<Message> out) {
    this.out = out;
    out.setOnReadyHandler(signals::release);
    out.setOnCancelHandler(signals::release);
  }

  /// @throws Dispatch.SurfaceBroke when the caller is gone, or has not read for a minute
  void send(Message message) {
    // A server that is always ready takes messages for a caller who is gone too.
    while (out.isCancelled() || !out.isReady()) {
      if (out.isCancelled()) {
        throw new Dispatch.SurfaceBroke(new CancellationException("the caller is gone"));
      }
      if (!signalled()) {
        throw new Dispatch.SurfaceBroke(new TimeoutException("the caller does not read"));
      }
      signals.drainPermits();
    }
    try {
      out.onNext(message);
    } catch (RuntimeException e) {
      throw new Dispatch.SurfaceBroke(e);
    }
  }

  private boolean signalled() {
    try {
      return signals.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Dispatch.SurfaceBroke(e);
    }
  }
}
