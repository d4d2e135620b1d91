package dev.tollgate.application.keys;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.Budgets;

/// Shows one key.
public final class GetKey {
  private final VirtualKeys keys;
  private final Budgets budgets;

  public GetKey(VirtualKeys keys, Budgets budgets) {
    this.keys = keys;
    this.budgets = budgets;
  }

  public Result<KeyView> run(Actor actor, KeyId id) {
    return Result.found(keys.find(actor.tenant(), id), "key")
        .allowed(actor, Permission.KEYS_READ, VirtualKey::scope)
        .map(key -> KeyView.of(budgets, key));
  }
}
