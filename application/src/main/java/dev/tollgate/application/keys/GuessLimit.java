package dev.tollgate.application.keys;

import dev.tollgate.domain.keys.SecretId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/// How often an address may be wrong in a second before secrets that are not in memory are no
/// longer looked up for it. Whoever guesses costs no query then; whoever shares the address and has
/// a key that was good here before notices nothing. Thread-safe.
public final class GuessLimit {
  private static final int OF_ADDRESS = 50;
  private static final int IN_ALL = 300;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private static final int MOST_RIGHT = 1_000_000;

  private final LongSupplier nanos;

  /// Names of secrets that were good here.
  private final Set<SecretId> right = ConcurrentHashMap.newKeySet();

  private volatile Window window;

  /// @param nanos a clock that only moves on
  public GuessLimit(LongSupplier nanos) {
    this.nanos = nanos;
    this.window = new Window(nanos.getAsLong());
  }

  private static final class Window {
    private final long since;
    private final AtomicInteger all = new AtomicInteger();
    private final ConcurrentHashMap<ByteBuffer, AtomicInteger> wrong = new ConcurrentHashMap<>();

    private Window(long since) {
      this.since = since;
    }
  }

  /// Whether a secret may be looked up for the address. It counts as wrong until [#wasRight] takes
  /// that back, so that many at once are no more than one after the other.
  public boolean mayAsk(byte[] address, SecretId secret) {
    if (right.contains(secret)) {
      return true;
    }
    Window current = current();
    AtomicInteger wrong =
        current.wrong.computeIfAbsent(ByteBuffer.wrap(address), _ -> new AtomicInteger());
    return wrong.incrementAndGet() <= OF_ADDRESS && current.all.incrementAndGet() <= IN_ALL;
  }

  /// A secret that was looked up for the address is good.
  public void wasRight(byte[] address, SecretId secret) {
    Window current = window;
    AtomicInteger wrong = current.wrong.get(ByteBuffer.wrap(address));
    if (wrong != null) {
      wrong.decrementAndGet();
      current.all.decrementAndGet();
    }
    if (right.size() >= MOST_RIGHT) {
      right.clear();
    }
    right.add(secret);
  }

  /// Two threads that begin a window at once may count a few wrong ones less.
  private Window current() {
    Window current = window;
    long now = nanos.getAsLong();
    if (now - current.since >= SECOND) {
      current = new Window(now);
      window = current;
    }
    return current;
  }
}
