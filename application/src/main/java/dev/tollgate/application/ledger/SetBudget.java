package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.RaiseId;
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
import java.time.Instant;
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

  /// The short form of a raise: another limit until an instant.
  public record RaiseTo(Money to, Instant until) {}

  /// What to set.
  public record Command(
      TenantId tenant,
      Scope scope,
      UUID scopeId,
      @Nullable List<String> models,
      Window window,
      Policy policy,
      Money limit,
      @Nullable RaiseTo raise,
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
    RaiseTo raise = command.raise();
    if (raise != null) {
      checkAmount("raise.to", raise.to());
      if (!raise.until().isAfter(clock.instant())) {
        throw new IllegalArgumentException("raise.until must be in the future");
      }
      if (raise.to().compareTo(command.limit()) <= 0) {
        throw new IllegalArgumentException(
            "raise.to must be more than limit; leave raise out to set a limit without one");
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
                raises(command),
                command.thresholds(),
                command.told(),
                clock.instant()));
    books.refresh(command.tenant());
    return set;
  }

  private List<Budget.Raise> raises(Command command) {
    RaiseTo raise = command.raise();
    if (raise == null) {
      return List.of();
    }
    return List.of(
        new Budget.Raise(
            new RaiseId(ids.next()),
            raise.to().minus(command.limit()),
            clock.instant(),
            raise.until(),
            "",
            Budget.Raise.OF_BUDGET));
  }

  /// Adds to the limit of a budget, for a time or for good.
  ///
  /// @param from when it begins, or null for now
  /// @param until when it ends, or null for good
  /// @return the budget as it is now, or empty when there is none
  /// @throws IllegalArgumentException when it breaks a rule of [Budget.Raise]
  public Optional<Budgets.State> raise(
      TenantId tenant,
      BudgetId id,
      Money amount,
      @Nullable Instant from,
      @Nullable Instant until,
      String reason) {
    Instant begins = from == null ? clock.instant() : from;
    Budget.Raise raise =
        new Budget.Raise(new RaiseId(ids.next()), amount, begins, until, reason, "api");
    if (!budgets.raise(tenant, id, raise)) {
      return Optional.empty();
    }
    books.refresh(tenant);
    return budgets.find(tenant, id);
  }

  /// @return false when there is none
  public boolean endRaise(TenantId tenant, BudgetId id, RaiseId raise) {
    boolean ended = budgets.endRaise(tenant, id, raise);
    books.refresh(tenant);
    return ended;
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
