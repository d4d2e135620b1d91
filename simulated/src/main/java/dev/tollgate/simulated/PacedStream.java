package dev.tollgate.simulated;

import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A stream that hands out one event per read, each at its time.
final class PacedStream implements UpstreamResponse {
  private static final Duration STEP = Duration.ofMillis(50);

  private final Head head;
  private final Script script;
  private final Pace pace;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final long start = System.nanoTime();
  private volatile long end;
  private volatile Silence silence;
  private int next;
  private long lastNanos;

  PacedStream(Head head, Script script, Pace pace, Silence silence) {
    this.head = head;
    this.script = script;
    this.pace = pace;
    this.end = pace.timeouts().total().toNanos();
    this.silence = silence;
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
  public byte @Nullable [] read() {
    boolean more = next < script.events().size();
    if (!more && script.ending() == Ending.COMPLETE) {
      return null;
    }
    if (!more && script.ending() == Ending.RESET) {
      throw new UpstreamFailure(Failure.Kind.BROKEN, "connection reset");
    }
    awaitUntil(more ? pace.dueNanos(next) : Long.MAX_VALUE);
    lastNanos = now();
    return script.events().get(next++);
  }

  @Override
  public void onSilence(Silence listener) {
    silence = listener;
  }

  @Override
  public void hurry(Duration most) {
    end = Math.min(end, now() + most.toNanos());
  }

  private void awaitUntil(long due) {
    long began = now();
    long idle = lastNanos + pace.timeouts().idle().toNanos();
    long told = Long.MIN_VALUE;
    await(0);
    for (long now = began; now < due; now = now()) {
      if (now >= end) {
        throw timeOut("total", pace.timeouts().total());
      }
      if (now >= idle) {
        throw timeOut("idle", pace.timeouts().idle());
      }
      if (told == Long.MIN_VALUE && now - began >= LastingSilence.MOMENT.toNanos()) {
        told = now;
        silence.begins(this::close);
      } else if (told != Long.MIN_VALUE && now - told >= LastingSilence.LASTING.toNanos()) {
        told = now;
        silence.lasts();
      }
      await(Math.min(Math.min(due, Math.min(idle, end)) - now, STEP.toNanos()));
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private long now() {
    return System.nanoTime() - start;
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
