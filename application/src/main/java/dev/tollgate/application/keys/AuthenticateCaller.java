package dev.tollgate.application.keys;

import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.keys.ImportedSecret;
import dev.tollgate.domain.keys.KeyDirectory;
import dev.tollgate.domain.keys.KeyRefusal;
import dev.tollgate.domain.keys.KeySecret;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.SecretId;
import dev.tollgate.domain.secrets.Pepper;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the key behind a presented secret and checks whether it may be used. The form of the
/// secret is checked before any look-up; an unknown one costs the same HMAC as a known one.
public final class AuthenticateCaller {
  private static final Outcome UNKNOWN = new Outcome.Refused(KeyRefusal.UNKNOWN, null);

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

  /// @param presented one secret of Tollgate's; or, when there is none, what stands in its place
  /// @param endpoint the call that is to be made, or null when the holder only asks about the key
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the key is not cached and the store
  ///   does not answer
  public Outcome authenticate(
      List<String> presented, @Nullable Endpoint endpoint, byte[] callerAddress) {
    if (presented.getFirst().startsWith(KeySecret.PREFIX)) {
      KeySecret secret = KeySecret.parse(presented.getFirst());
      return secret == null
          ? UNKNOWN
          : authenticate(secret.id(), secret.bytes(), endpoint, callerAddress);
    }
    return directory.hasImported() ? imported(presented, endpoint, callerAddress) : UNKNOWN;
  }

  /// A secret that another gateway has given out may stand beside others that are none.
  private Outcome imported(
      List<String> presented, @Nullable Endpoint endpoint, byte[] callerAddress) {
    Outcome outcome = UNKNOWN;
    for (String each : presented) {
      ImportedSecret secret = ImportedSecret.of(each);
      for (int version : pepper.versions()) {
        outcome = authenticate(secret.id(pepper, version), secret.bytes(), endpoint, callerAddress);
        if (!outcome.equals(UNKNOWN)) {
          return outcome;
        }
      }
    }
    return outcome;
  }

  private Outcome authenticate(
      SecretId id, byte[] secret, @Nullable Endpoint endpoint, byte[] callerAddress) {
    KnownKey known = directory.cached(id);
    if (known == null) {
      GuessLimit.Look look = guesses.look(callerAddress, id, () -> directory.find(id));
      if (!look.allowed()) {
        return new Outcome.Refused(KeyRefusal.TOO_MANY_WRONG, null);
      }
      known = look.key();
    }
    if (known == null) {
      pepper.hmac(pepper.currentVersion(), secret);
      return UNKNOWN;
    }
    byte[] hmac = pepper.hmac(known.secret().pepperVersion(), secret);
    if (!known.secret().matches(hmac)) {
      return UNKNOWN;
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
