package dev.tollgate.application.ledger;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.stores.Page;

/// Lists the raises of a budget, oldest first.
public final class ListRaises {
  private final Budgets budgets;

  public ListRaises(Budgets budgets) {
    this.budgets = budgets;
  }

  public Result<Page<Budget.Raise>> run(Actor actor, BudgetId id, Page.Ask ask) {
    return Result.found(budgets.find(actor.tenant(), id), "budget")
        .allowed(actor, Permission.BUDGETS_READ, _ -> Scope.of(actor.tenant()))
        .then(
            state ->
                Result.checked(
                    () ->
                        Result.done(
                            Page.of(
                                state.budget().raises(),
                                raise -> raise.id().value(),
                                ask.cursor(),
                                ask.limit()))));
  }
}
