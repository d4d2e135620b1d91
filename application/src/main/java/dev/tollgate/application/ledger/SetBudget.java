package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Bound;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Sets, changes or removes a budget. Takes effect with the next hold on every node.
public final class SetBudget {
  private final Budgets budgets;
  private final BudgetBooks books;
  private final Ids ids;
  private final Clock clock;

  public SetBudget(Budgets budgets, BudgetBooks books, Ids ids, Clock clock) {
    this.budgets = budgets;
    this.books = books;
    this.ids = ids;
    this.clock = clock;
  }

  /// What to set.
  public record Command(
      TenantId tenant,
      Scope scope,
      UUID scopeId,
      @Nullable List<String> models,
      Window window,
      Policy policy,
      Money limit,
      Budget.@Nullable Raise raise,
      List<Integer> thresholds,
      List<String> told) {
    /// The same for another scope id.
    public Command of(UUID id) {
      return new Command(tenant, scope, id, models, window, policy, limit, raise, thresholds, told);
    }
  }

  /// @return the budget as it is now, or empty when its scope does not exist
  /// @throws IllegalArgumentException when the command breaks a rule of [Budget]
  public Optional<Budgets.State> set(Command command) {
    checkAmount("limit", command.limit());
    Budget.Raise raise = command.raise();
    if (raise != null) {
      checkAmount("raise.to", raise.to());
      if (!raise.until().isAfter(clock.instant())) {
        throw new IllegalArgumentException("raise.until must be in the future");
      }
    }
    Optional<Budgets.State> set =
        budgets.put(
            new Budget(
                new BudgetId(ids.next()),
                command.tenant(),
                command.scope(),
                command.scopeId(),
                command.models(),
                command.window(),
                command.policy(),
                command.limit(),
                raise,
                command.thresholds(),
                command.told(),
                clock.instant()));
    books.refresh(command.tenant());
    return set;
  }

  /// @return false when there is none
  public boolean remove(TenantId tenant, BudgetId id) {
    boolean removed = budgets.remove(tenant, id);
    books.refresh(tenant);
    return removed;
  }

  private static void checkAmount(String name, Money amount) {
    if (amount.compareTo(Bound.HIGHEST) > 0) {
      throw new IllegalArgumentException(name + " must be at most 1000000000");
    }
  }
}
