package dev.tollgate.simulated;

import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The answer that never comes.
final class LastingSilence {
  /// After which a silence is told.
  static final Duration MOMENT = Duration.ofMillis(250);

  static final Duration LASTING = Duration.ofSeconds(15);

  private LastingSilence() {}

  /// Waits until the time for a whole answer is over, or until it is broken off, and says which.
  static UpstreamFailure endure(Timeouts timeouts, Silence silence) {
    Duration limit =
        timeouts.whole().compareTo(timeouts.total()) < 0 ? timeouts.whole() : timeouts.total();
    CountDownLatch aborted = new CountDownLatch(1);
    try {
      Duration first = limit.compareTo(MOMENT) < 0 ? limit : MOMENT;
      boolean broken = aborted.await(first.toNanos(), TimeUnit.NANOSECONDS);
      Duration rest = limit.minus(first);
      if (!rest.isZero()) {
        silence.begins(aborted::countDown);
        broken = aborted.await(rest.toNanos(), TimeUnit.NANOSECONDS);
      }
      return broken
          ? new UpstreamFailure(Failure.Kind.BROKEN, "broken off")
          : new UpstreamFailure(Failure.Kind.TIMEOUT, "no answer within " + limit);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new UpstreamFailure(Failure.Kind.BROKEN, "interrupted");
    }
  }
}
