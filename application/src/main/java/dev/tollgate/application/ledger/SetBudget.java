package dev.tollgate.application.ledger;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Bound;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.stores.Work;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sets or changes a budget. Takes effect with the next hold on every node.
public final class SetBudget {
  /// What the audit log calls it where it is a part of another change.
  public static final String ACTION = "budget.set";

  private final Budgets budgets;
  private final BudgetBooks books;
  private final Work work;
  private final Ids ids;
  private final Clock clock;

  public SetBudget(Budgets budgets, BudgetBooks books, Work work, Ids ids, Clock clock) {
    this.budgets = budgets;
    this.books = books;
    this.work = work;
    this.ids = ids;
    this.clock = clock;
  }

  public record Command(ScopeRef scope, BudgetTerms terms) {}

  public Result<Budgets.State> run(Actor actor, Command command, Trail trail) {
    var place = dev.tollgate.domain.authority.Scope.of(actor.tenant());
    if (!actor.may(Permission.BUDGETS_WRITE, place)) {
      return new Result.Forbidden<>(Permission.BUDGETS_WRITE);
    }
    if (command.scope().kind() == Scope.MEMBER) {
      // There are no members yet whose id it could be.
      return new Result.Invalid<>("scope_id", "There is no such member");
    }
    return Result.checked(() -> set(actor, command, trail));
  }

  private Result<Budgets.State> set(Actor actor, Command command, Trail trail) {
    BudgetTerms terms = command.terms();
    checkAmount("limit", terms.limit());
    checkRaise(terms);
    Budget budget =
        new Budget(
            new BudgetId(ids.next()),
            actor.tenant(),
            command.scope(),
            terms.models(),
            terms.window(),
            terms.policy(),
            terms.limit(),
            raises(terms),
            terms.thresholds(),
            terms.told(),
            clock.instant());
    budgets.alone(actor.tenant());
    Budgets.@Nullable State before = before(budget);
    Budgets.State state = budgets.put(actor.tenant(), List.of(budget)).getFirst().orElse(null);
    if (state == null) {
      String noun = command.scope().kind().wire().replace('_', ' ');
      return new Result.Invalid<>("scope_id", "There is no such " + noun);
    }
    work.afterwards(() -> books.refresh(actor.tenant()));
    if (before == null) {
      trail.made(state.budget().id(), state);
    } else {
      trail.changed(state.budget().id(), before, state);
    }
    return Result.done(state);
  }

  /// The budget that this one takes the place of, for the audit log.
  private Budgets.@Nullable State before(Budget budget) {
    return budgets.of(budget.tenant(), budget.scope()).stream()
        .filter(each -> each.budget().replaces(budget))
        .findFirst()
        .orElse(null);
  }

  private void checkRaise(BudgetTerms terms) {
    BudgetTerms.RaiseTo raise = terms.raise();
    if (raise == null) {
      return;
    }
    checkAmount("raise.to", raise.to());
    if (!raise.until().isAfter(clock.instant())) {
      throw BrokenRule.of("raise.until", "must be in the future");
    }
    if (raise.to().compareTo(terms.limit()) <= 0) {
      throw BrokenRule.of(
          "raise.to", "must be more than limit; leave raise out to set a limit without one");
    }
  }

  private List<Budget.Raise> raises(BudgetTerms terms) {
    BudgetTerms.RaiseTo raise = terms.raise();
    if (raise == null) {
      return List.of();
    }
    Instant now = clock.instant();
    return List.of(
        new Budget.Raise(
            new RaiseId(ids.next()),
            raise.to().minus(terms.limit()),
            now,
            raise.until(),
            "",
            Budget.Raise.OF_BUDGET));
  }

  private static void checkAmount(String name, Money amount) {
    if (amount.compareTo(Bound.HIGHEST) > 0) {
      throw BrokenRule.of(name, "must be at most 1000000000");
    }
  }
}
