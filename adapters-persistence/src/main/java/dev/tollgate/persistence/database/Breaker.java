package dev.tollgate.persistence.database;

import dev.tollgate.domain.stores.StoreUnavailable;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/// While a database is away, everybody is told at once; a thread of its own finds out when it is
/// back, so that no caller has to wait for a connection that is not to be had. Thread-safe.
final class Breaker implements AutoCloseable {
  private final AtomicBoolean open = new AtomicBoolean();
  private final BooleanSupplier answers;
  private final Duration pause;
  private volatile boolean closed;

  /// @param answers asks the database; may take its time
  /// @param pause between two questions
  Breaker(BooleanSupplier answers, Duration pause) {
    this.answers = answers;
    this.pause = pause;
  }

  /// @throws StoreUnavailable when it was away a moment ago
  void check() {
    if (open.get()) {
      throw new StoreUnavailable(
          "the database did not answer a moment ago", new IllegalStateException("breaker is open"));
    }
  }

  /// Whether it was away a moment ago.
  boolean isOpen() {
    return open.get();
  }

  void failed() {
    if (open.compareAndSet(false, true)) {
      Thread.ofVirtual().name("database-probe").start(this::probe);
    }
  }

  /// Ends the questions.
  @Override
  public void close() {
    closed = true;
  }

  private void probe() {
    try {
      do {
        Thread.sleep(pause);
      } while (!closed && !answers.getAsBoolean());
      open.set(false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
