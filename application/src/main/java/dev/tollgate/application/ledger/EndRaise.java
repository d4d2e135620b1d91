package dev.tollgate.application.ledger;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.stores.Work;

/// Ends a raise.
public final class EndRaise {
  private final Budgets budgets;
  private final BudgetBooks books;
  private final Work work;

  public EndRaise(Budgets budgets, BudgetBooks books, Work work) {
    this.budgets = budgets;
    this.books = books;
    this.work = work;
  }

  public record Command(BudgetId budget, RaiseId raise) {}

  public Result<Budgets.State> run(Actor actor, Command command, Trail trail) {
    budgets.alone(actor.tenant());
    return Result.found(budgets.find(actor.tenant(), command.budget()), "raise")
        .allowed(actor, Permission.BUDGETS_WRITE, _ -> Scope.of(actor.tenant()))
        .then(before -> end(actor, before, command, trail));
  }

  private Result<Budgets.State> end(
      Actor actor, Budgets.State before, Command command, Trail trail) {
    if (!budgets.endRaise(actor.tenant(), command.budget(), command.raise())) {
      return new Result.Missing<>("raise");
    }
    work.afterwards(() -> books.refresh(actor.tenant()));
    return Result.found(budgets.find(actor.tenant(), command.budget()), "raise")
        .map(
            after -> {
              trail.changed(command.budget(), before, after);
              return after;
            });
  }
}
