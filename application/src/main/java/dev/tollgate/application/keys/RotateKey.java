package dev.tollgate.application.keys;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.keys.KeySecret;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.secrets.Pepper;
import java.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;

/// Gives a key a new secret. The id stays, and both secrets work until the overlap ends.
public final class RotateKey {
  private static final Duration LONGEST_OVERLAP = Duration.ofDays(7);

  private final VirtualKeys keys;
  private final Budgets budgets;
  private final Pepper pepper;
  private final RandomGenerator secureRandom;
  private final Clock clock;

  public RotateKey(
      VirtualKeys keys, Budgets budgets, Pepper pepper, RandomGenerator secureRandom, Clock clock) {
    this.keys = keys;
    this.budgets = budgets;
    this.pepper = pepper;
    this.secureRandom = secureRandom;
    this.clock = clock;
  }

  public record Command(KeyId id, Duration overlap) {}

  /// The key, and its new secret to show once.
  public record Rotated(KeyView view, KeySecret secret) {}

  public Result<Rotated> run(Actor actor, Command command, Trail trail) {
    Duration overlap = command.overlap();
    if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) {
      return new Result.Invalid<>("overlap", "overlap must be between PT0S and P7D");
    }
    return Result.found(keys.find(actor.tenant(), command.id()), "key")
        .allowed(actor, Permission.KEYS_WRITE, VirtualKey::scope)
        .then(key -> rotate(key, overlap, trail));
  }

  private Result<Rotated> rotate(VirtualKey key, Duration overlap, Trail trail) {
    KeySecret secret = KeySecret.generate(secureRandom);
    return Result.found(
            keys.rotate(
                key.tenant(),
                CreateKey.stored(secret, key.id(), pepper),
                secret.hint(),
                clock.instant().plus(overlap)),
            "key")
        .then(
            rotated -> {
              if (rotated.state() == VirtualKey.State.REVOKED) {
                return new Result.Conflict<>(
                    Reason.KEY_REVOKED, "A revoked key cannot be rotated.");
              }
              KeyView view = KeyView.of(budgets, rotated);
              trail.changed(key.id(), new KeyView(key, view.budget()), view);
              return Result.done(new Rotated(view, secret));
            });
  }
}
