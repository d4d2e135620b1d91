package dev.tollgate.application.keys;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.KeySecret;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.secrets.Pepper;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Gives a key a new secret. The id stays, and both secrets work until the overlap ends.
public final class RotateKey {
  private static final Duration LONGEST_OVERLAP = Duration.ofDays(7);

  private final VirtualKeys keys;
  private final Pepper pepper;
  private final RandomGenerator secureRandom;
  private final Clock clock;

  public RotateKey(VirtualKeys keys, Pepper pepper, RandomGenerator secureRandom, Clock clock) {
    this.keys = keys;
    this.pepper = pepper;
    this.secureRandom = secureRandom;
    this.clock = clock;
  }

  /// What came of it.
  public sealed interface Outcome {
    /// The key, and its new secret to show once.
    record Rotated(VirtualKey key, KeySecret secret) implements Outcome {}

    /// There is no such key.
    record NoKey() implements Outcome {}
  }

  /// @throws IllegalArgumentException when the overlap is negative or longer than seven days
  /// @throws IllegalStateException when the key is revoked
  public Outcome rotate(TenantId tenant, KeyId id, Duration overlap) {
    if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) {
      throw new IllegalArgumentException("overlap must be between PT0S and P7D");
    }
    Optional<VirtualKey> key = keys.find(tenant, id);
    if (key.isEmpty()) {
      return new Outcome.NoKey();
    }
    if (key.get().state() == VirtualKey.State.REVOKED) {
      throw new IllegalStateException("a revoked key cannot be rotated");
    }
    KeySecret secret = KeySecret.generate(secureRandom);
    return keys.rotate(
            tenant,
            CreateKey.stored(secret, id, pepper),
            secret.hint(),
            clock.instant().plus(overlap))
        .<Outcome>map(rotated -> new Outcome.Rotated(rotated, secret))
        .orElseGet(Outcome.NoKey::new);
  }
}
