package dev.tollgate.application.keys;

import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.SecretId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How often an address may be wrong in a second before secrets that are not in memory are no
/// longer looked up for it. A caller who guesses costs no query then; one who shares the address
/// and has a key that was good here before notices nothing. Thread-safe.
public final class GuessLimit {
  private static final int OF_ADDRESS = 50;
  private static final int IN_ALL = 300;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /// How many secrets are looked up at a time: so many more may be wrong than the limits say.
  private static final int AT_ONCE = 8;

  private static final int MOST_RIGHT = 1_000_000;

  private final LongSupplier nanos;
  private final Predicate<byte[]> shared;
  private final Semaphore looking = new Semaphore(AT_ONCE);

  /// Names of secrets that were good here.
  private final Set<SecretId> right = ConcurrentHashMap.newKeySet();

  private volatile Window window;

  /// @param nanos a clock that only moves on
  /// @param shared addresses that many callers come from: proxies. They share the limit of all
  ///   alone
  public GuessLimit(LongSupplier nanos, Predicate<byte[]> shared) {
    this.nanos = nanos;
    this.shared = shared;
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

  /// @param allowed whether the secret was looked up
  /// @param key what was found; null when the secret is unknown or was not looked up
  record Look(boolean allowed, @Nullable KnownKey key) {}

  /// Looks a secret up for an address, unless too many were wrong. Waits while others are being
  /// looked up, so that many at once are no more than one after the other.
  ///
  /// @param lookUp may throw: then nothing is known of the secret, and nothing is counted
  Look look(byte[] address, SecretId secret, Supplier<@Nullable KnownKey> lookUp) {
    if (right.contains(secret)) {
      return new Look(true, lookUp.get());
    }
    if (isTooMany(address)) {
      return new Look(false, null);
    }
    looking.acquireUninterruptibly();
    try {
      if (isTooMany(address)) {
        return new Look(false, null);
      }
      KnownKey found = lookUp.get();
      if (found == null) {
        wasWrong(address);
      } else {
        wasRight(secret);
      }
      return new Look(true, found);
    } finally {
      looking.release();
    }
  }

  private boolean isTooMany(byte[] address) {
    Window current = current();
    AtomicInteger wrong = current.wrong.get(ByteBuffer.wrap(address));
    return current.all.get() >= IN_ALL || wrong != null && wrong.get() >= OF_ADDRESS;
  }

  private void wasRight(SecretId secret) {
    if (right.size() >= MOST_RIGHT) {
      right.clear();
    }
    right.add(secret);
  }

  private void wasWrong(byte[] address) {
    Window current = current();
    current.all.incrementAndGet();
    if (!shared.test(address)) {
      current
          .wrong
          .computeIfAbsent(ByteBuffer.wrap(address), _ -> new AtomicInteger())
          .incrementAndGet();
    }
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
