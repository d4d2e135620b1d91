package dev.tollgate.application.ledger;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.stores.Page;

/// Lists budgets with their accounts in the current window, newest first.
public final class ListBudgets {
  private final Budgets budgets;

  public ListBudgets(Budgets budgets) {
    this.budgets = budgets;
  }

  public Result<Page<Budgets.State>> run(Actor actor, Budgets.Which which, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.BUDGETS_READ,
        () -> Result.done(budgets.list(actor.tenant(), which, ask.cursor(), ask.limit())));
  }
}
