package dev.tollgate.providers.transport;

import dev.tollgate.domain.inference.ModelProvider.Silence;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Watches over calls that wait for the head of an answer, so that their reads need no time-out: a
/// timer for every call costs more than looking through those that wait now and then. One thread
/// for the whole process.
final class HeadWatch {
  private static final HeadWatch INSTANCE = new HeadWatch();
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final long MOMENT = Duration.ofMillis(200).toNanos();

  private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

  private HeadWatch() {
    Thread.ofPlatform().daemon().name("head-watch").start(this::look);
  }

  static HeadWatch instance() {
    return INSTANCE;
  }

  /// One call that waits.
  static final class Wait {
    private final long since = System.nanoTime();
    private final long deadline;
    private final Silence silence;
    private final Runnable abort;
    private volatile boolean overdue;
    private boolean told;

    /// @param abort breaks the read off; may be called more than once
    Wait(long deadline, Silence silence, Runnable abort) {
      this.deadline = deadline;
      this.silence = silence;
      this.abort = abort;
    }

    /// Whether the read was broken off because it took too long.
    boolean isOverdue() {
      return overdue;
    }

    private void check(long now) {
      if (now - deadline >= 0) {
        overdue = true;
        abort.run();
      } else if (!told && now - since > MOMENT) {
        told = true;
        silence.begins(abort);
      }
    }
  }

  void add(Wait wait) {
    waits.add(wait);
  }

  void remove(Wait wait) {
    waits.remove(wait);
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        long now = System.nanoTime();
        waits.forEach(wait -> wait.check(now));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
