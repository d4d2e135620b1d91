package dev.tollgate.application.ledger;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.stores.Page;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Lists budgets with their accounts in the current window, newest first.
public final class ListBudgets {
  private final Budgets budgets;

  public ListBudgets(Budgets budgets) {
    this.budgets = budgets;
  }

  /// Which budgets; an absent part matches all.
  public record Filter(@Nullable Scope scope, @Nullable UUID scopeId) {}

  public Result<Page<Budgets.State>> run(Actor actor, Filter filter, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.BUDGETS_READ,
        () ->
            Result.done(
                budgets.list(
                    actor.tenant(), filter.scope(), filter.scopeId(), ask.cursor(), ask.limit())));
  }
}
