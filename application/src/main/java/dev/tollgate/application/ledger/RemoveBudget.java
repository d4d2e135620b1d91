package dev.tollgate.application.ledger;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.stores.Work;

/// Removes a budget. Takes effect with the next hold on every node.
public final class RemoveBudget {
  /// What the audit log calls it where it is a part of another change.
  public static final String ACTION = "budget.delete";

  private final Budgets budgets;
  private final BudgetBooks books;
  private final Work work;

  public RemoveBudget(Budgets budgets, BudgetBooks books, Work work) {
    this.budgets = budgets;
    this.books = books;
    this.work = work;
  }

  public Result<Budgets.State> run(Actor actor, BudgetId id, Trail trail) {
    budgets.alone(actor.tenant());
    return Result.found(budgets.find(actor.tenant(), id), "budget")
        .allowed(actor, Permission.BUDGETS_WRITE, _ -> Scope.of(actor.tenant()))
        .then(
            state -> {
              if (!budgets.remove(actor.tenant(), id)) {
                return new Result.Missing<>("budget");
              }
              work.afterwards(() -> books.refresh(actor.tenant()));
              trail.removed(id, state);
              return Result.done(state);
            });
  }
}
