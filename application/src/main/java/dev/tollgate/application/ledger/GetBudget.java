package dev.tollgate.application.ledger;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ledger.Budgets;

/// Shows one budget with its account in the current window.
public final class GetBudget {
  private final Budgets budgets;

  public GetBudget(Budgets budgets) {
    this.budgets = budgets;
  }

  public Result<Budgets.State> run(Actor actor, BudgetId id) {
    return Result.found(budgets.find(actor.tenant(), id), "budget")
        .allowed(actor, Permission.BUDGETS_READ, _ -> Scope.of(actor.tenant()));
  }
}
