package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.ledger.Admission;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/// Looks after a caller who waits for a provider's answer. One who hangs up while a stream has not
/// begun breaks it off. A whole answer is read on for as long as its deployment allows, since the
/// provider bills it anyway.
final class Waiting {
  private final Caller caller;
  private final OpenCalls open;
  private final boolean stream;

  Waiting(Caller caller, OpenCalls open, boolean stream) {
    this.caller = caller;
    this.open = open;
    this.stream = stream;
  }

  /// Whom to tell when the provider is silent.
  Silence watching(Target target) {
    if (stream) {
      return caller::watch;
    }
    Duration finish = target.timeouts().finish();
    return abort -> caller.watch(() -> gone(abort, finish));
  }

  /// Waits in line for as long as the caller does.
  Admission inLine(Supplier<Admission> line) {
    Thread waiter = Thread.currentThread();
    AtomicBoolean waits = new AtomicBoolean(true);
    caller.watch(
        () -> {
          if (waits.getAndSet(false)) {
            waiter.interrupt();
          }
        });
    try {
      return line.get();
    } finally {
      if (!waits.getAndSet(false)) {
        // The interrupt has ended the wait, or comes in a moment; it is meant for nothing else.
        while (!Thread.interrupted()) {
          Thread.onSpinWait();
        }
      }
    }
  }

  boolean callerIsGone() {
    return caller.isGone();
  }

  private void gone(Runnable abort, Duration finish) {
    if (finish.isZero()) {
      abort.run();
      return;
    }
    open.abandon(abort);
    Thread.ofVirtual().name("abandoned-call").start(() -> finish(abort, finish));
  }

  private void finish(Runnable abort, Duration patience) {
    try {
      Thread.sleep(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.finished(abort);
      abort.run();
    }
  }
}
