package dev.tollgate.application.keys;

import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.keys.KeyDirectory;
import dev.tollgate.domain.keys.KeyRefusal;
import dev.tollgate.domain.keys.KeySecret;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.secrets.Pepper;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Finds the key behind a presented secret and checks whether it may be used. The form of the
/// secret is checked before any look-up; an unknown one costs the same HMAC as a known one.
public final class AuthenticateCaller {
  private final KeyDirectory directory;
  private final GuessLimit guesses;
  private final Pepper pepper;
  private final Clock clock;

  /// @param guesses bounds how often unknown secrets are looked up
  public AuthenticateCaller(
      KeyDirectory directory, GuessLimit guesses, Pepper pepper, Clock clock) {
    this.directory = directory;
    this.guesses = guesses;
    this.pepper = pepper;
    this.clock = clock;
  }

  /// What was found.
  public sealed interface Outcome {
    /// The key is known and alive.
    record Known(KnownKey known) implements Outcome {}

    /// The key may not be used.
    ///
    /// @param known the key when it was recognised, so that the refusal is kept with it
    record Refused(KeyRefusal reason, @Nullable KnownKey known) implements Outcome {}
  }

  /// @param endpoint the call that is to be made, or null when the holder only asks about the key
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the key is not cached and the store
  ///   does not answer
  public Outcome authenticate(String presented, @Nullable Endpoint endpoint, byte[] callerAddress) {
    KeySecret secret = KeySecret.parse(presented);
    if (secret == null) {
      return new Outcome.Refused(KeyRefusal.UNKNOWN, null);
    }
    KnownKey known = directory.cached(secret.id());
    if (known == null) {
      GuessLimit.Look look =
          guesses.look(callerAddress, secret.id(), () -> directory.find(secret.id()));
      if (!look.allowed()) {
        return new Outcome.Refused(KeyRefusal.TOO_MANY_WRONG, null);
      }
      known = look.key();
    }
    if (known == null) {
      pepper.hmac(pepper.currentVersion(), secret.bytes());
      return new Outcome.Refused(KeyRefusal.UNKNOWN, null);
    }
    byte[] hmac = pepper.hmac(known.secret().pepperVersion(), secret.bytes());
    if (!known.secret().matches(hmac)) {
      return new Outcome.Refused(KeyRefusal.UNKNOWN, null);
    }
    KeyRefusal refusal = check(known, endpoint, callerAddress);
    if (refusal != null) {
      return new Outcome.Refused(refusal, known);
    }
    directory.touch(known.key());
    return new Outcome.Known(known);
  }

  private @Nullable KeyRefusal check(
      KnownKey known, @Nullable Endpoint endpoint, byte[] callerAddress) {
    Instant now = clock.instant();
    Instant until = known.secret().validUntil();
    if (until != null && !now.isBefore(until)) {
      return KeyRefusal.REVOKED;
    }
    if (endpoint == null) {
      KeyRefusal dead = known.key().checkAlive(now);
      boolean elsewhere = !known.key().policy().allowsAddress(callerAddress);
      return dead == null && elsewhere ? KeyRefusal.ADDRESS_NOT_ALLOWED : dead;
    }
    return known.key().check(now, endpoint, callerAddress);
  }
}
