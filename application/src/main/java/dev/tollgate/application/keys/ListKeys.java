package dev.tollgate.application.keys;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.stores.Page;

/// Lists keys that match, newest first, with their budgets.
public final class ListKeys {
  private final VirtualKeys keys;
  private final Budgets budgets;

  public ListKeys(VirtualKeys keys, Budgets budgets) {
    this.keys = keys;
    this.budgets = budgets;
  }

  public Result<Page<KeyView>> run(Actor actor, VirtualKeys.Filter filter, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.KEYS_READ,
        () -> {
          Page<VirtualKey> page = keys.list(actor.tenant(), filter, ask.cursor(), ask.limit());
          return Result.done(
              new Page<>(KeyView.of(budgets, actor.tenant(), page.items()), page.next()));
        });
  }
}
