package dev.tollgate.application.keys;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.reasons.Reason;

/// Disables, enables or revokes a key. A revoked key stays revoked; a repeat changes nothing.
public final class SwitchKey {
  private final VirtualKeys keys;
  private final Budgets budgets;

  public SwitchKey(VirtualKeys keys, Budgets budgets) {
    this.keys = keys;
    this.budgets = budgets;
  }

  public record Command(KeyId id, VirtualKey.State state) {}

  public Result<KeyView> run(Actor actor, Command command, Trail trail) {
    return Result.found(keys.find(actor.tenant(), command.id()), "key")
        .allowed(actor, Permission.KEYS_WRITE, VirtualKey::scope)
        .then(key -> turn(key, command.state(), trail));
  }

  private Result<KeyView> turn(VirtualKey found, VirtualKey.State state, Trail trail) {
    return Result.found(
            keys.update(
                found.tenant(), found.id(), key -> key.mayBecome(state) ? key.in(state) : key),
            "key")
        .then(
            key -> {
              if (key.state() != state) {
                return new Result.Conflict<>(Reason.KEY_REVOKED, "A revoked key stays revoked.");
              }
              KeyView view = KeyView.of(budgets, key);
              trail.changed(key.id(), new KeyView(found, view.budget()), view);
              return Result.done(view);
            });
  }
}
