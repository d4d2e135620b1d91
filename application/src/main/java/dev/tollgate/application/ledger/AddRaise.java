package dev.tollgate.application.ledger;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.stores.Work;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Adds to the limit of a budget, for a time or for good.
public final class AddRaise {
  private final Budgets budgets;
  private final BudgetBooks books;
  private final Work work;
  private final Ids ids;
  private final Clock clock;

  public AddRaise(Budgets budgets, BudgetBooks books, Work work, Ids ids, Clock clock) {
    this.budgets = budgets;
    this.books = books;
    this.work = work;
    this.ids = ids;
    this.clock = clock;
  }

  /// @param from when it begins, or null for now
  /// @param until when it ends, or null for good
  public record Command(
      BudgetId id, Money amount, @Nullable Instant from, @Nullable Instant until, String reason) {}

  public Result<Budgets.State> run(Actor actor, Command command, Trail trail) {
    budgets.alone(actor.tenant());
    return Result.found(budgets.find(actor.tenant(), command.id()), "budget")
        .allowed(actor, Permission.BUDGETS_WRITE, _ -> Scope.of(actor.tenant()))
        .then(before -> Result.checked(() -> raise(actor, before, command, trail)));
  }

  private Result<Budgets.State> raise(
      Actor actor, Budgets.State before, Command command, Trail trail) {
    Budget.Raise raise =
        new Budget.Raise(
            new RaiseId(ids.next()),
            command.amount(),
            command.from() == null ? clock.instant() : command.from(),
            command.until(),
            command.reason(),
            "api");
    if (command.until() != null && !command.until().isAfter(clock.instant())) {
      throw BrokenRule.of("until", "must be in the future");
    }
    if (!budgets.raise(actor.tenant(), command.id(), raise, command.from() == null)) {
      return new Result.Missing<>("budget");
    }
    work.afterwards(() -> books.refresh(actor.tenant()));
    return Result.found(budgets.find(actor.tenant(), command.id()), "budget")
        .map(
            after -> {
              trail.changed(command.id(), before, after);
              return after;
            });
  }
}
