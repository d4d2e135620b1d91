package dev.tollgate.providers.simulated;

import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.providers.transport.UpstreamFailure;
import dev.tollgate.providers.transport.UpstreamResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A stream that hands out one event per read, each at its time.
final class PacedStream implements UpstreamResponse {
  private static final byte[] NOTHING = {};

  private final Head head;
  private final Script script;
  private final Pace pace;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final long start = System.nanoTime();
  private int next;
  private long lastNanos;

  PacedStream(Head head, Script script, Pace pace) {
    this.head = head;
    this.script = script;
    this.pace = pace;
  }

  /// What comes, and how it ends.
  record Script(List<byte[]> events, Ending ending) {
    Script {
      events = List.copyOf(events);
    }
  }

  enum Ending {
    COMPLETE,
    SILENCE,
    RESET
  }

  /// @param step pause between two events; the first comes after four
  record Pace(Duration step, Timeouts timeouts) {
    private long dueNanos(int event) {
      return step.toNanos() * (event + 4L);
    }
  }

  @Override
  public int status() {
    return head.status();
  }

  @Override
  public @Nullable String header(String name) {
    return head.header(name);
  }

  @Override
  public List<HeaderField> headers() {
    return head.headers();
  }

  @Override
  public byte @Nullable [] read(Duration patience) {
    boolean more = next < script.events().size();
    if (!more && script.ending() == Ending.COMPLETE) {
      return null;
    }
    if (!more && script.ending() == Ending.RESET) {
      throw new UpstreamFailure(Failure.Kind.BROKEN, "connection reset");
    }
    long due = more ? pace.dueNanos(next) : Long.MAX_VALUE;
    long idle = lastNanos + pace.timeouts().idle().toNanos();
    long total = pace.timeouts().total().toNanos();
    long now = now();
    await(Math.min(Math.min(due, Math.min(idle, total)) - now, nanos(patience)));
    now = now();
    if (now >= total) {
      throw timeOut("total", pace.timeouts().total());
    }
    if (now >= due) {
      lastNanos = now;
      return script.events().get(next++);
    }
    if (now >= idle) {
      throw timeOut("idle", pace.timeouts().idle());
    }
    return NOTHING;
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private long now() {
    return System.nanoTime() - start;
  }

  private static long nanos(Duration patience) {
    boolean endless = patience.compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0;
    return endless ? Long.MAX_VALUE : patience.toNanos();
  }

  private void await(long nanos) {
    try {
      if (closed.await(nanos, TimeUnit.NANOSECONDS)) {
        throw new UpstreamFailure(Failure.Kind.BROKEN, "closed");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new UpstreamFailure(Failure.Kind.BROKEN, "interrupted");
    }
  }

  private static UpstreamFailure timeOut(String which, Duration limit) {
    return new UpstreamFailure(
        Failure.Kind.TIMEOUT, "the stream's " + which + " time of " + limit + " is over");
  }
}
