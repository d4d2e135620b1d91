package dev.tollgate.bootstrap;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Jobs that run now and then on this node. One that fails is logged, once a minute while it fails
/// for the same reason, and runs again the next time.
final class BackgroundJobs implements AutoCloseable {
  private static final Logger LOG = System.getLogger(BackgroundJobs.class.getName());
  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

  private final ScheduledExecutorService executor =
      Executors.newScheduledThreadPool(
          2, Thread.ofPlatform().name("background-", 1).daemon().factory());

  private final Map<String, Told> told = new ConcurrentHashMap<>();

  private record Told(String reason, long nanos) {}

  void every(long seconds, String name, Runnable job) {
    var _ =
        executor.scheduleWithFixedDelay(
            () -> runNow(name, job), seconds, seconds, TimeUnit.SECONDS);
  }

  /// Runs the job once, as soon as a thread is free.
  void soon(String name, Runnable job) {
    executor.execute(() -> runNow(name, job));
  }

  /// Runs the job on this thread, as the last time before a stop needs it.
  void runNow(String name, Runnable job) {
    try {
      job.run();
      told.remove(name);
    } catch (RuntimeException e) {
      String reason = String.valueOf(e.getMessage());
      Told last = told.get(name);
      long now = System.nanoTime();
      if (last == null || !last.reason().equals(reason) || now - last.nanos() > QUIET_NANOS) {
        told.put(name, new Told(reason, now));
        LOG.log(Level.WARNING, "The job '" + name + "' failed: " + reason);
      }
      LOG.log(Level.DEBUG, name, e);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    try {
      if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.log(Level.WARNING, "A background job did not stop.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
