package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.Page;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Store of budgets. Each method is one transaction and throws
/// [dev.tollgate.domain.tenancy.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Budgets {
  /// Sets a budget. Of its raises only the one of its own form is written, in place of the one
  /// before; the others stay as they are. One with the same scope, models and window is changed and
  /// keeps its id. A new one starts from what was spent in its window, open holds included.
  ///
  /// @return the budget as it is kept, or empty when its scope does not exist
  Optional<State> put(Budget budget);

  /// @return false when there is none
  boolean remove(TenantId tenant, BudgetId id);

  /// Adds a raise to a budget.
  ///
  /// @return false when there is no such budget
  boolean raise(TenantId tenant, BudgetId id, Budget.Raise raise);

  /// Ends a raise.
  ///
  /// @return false when there is none
  boolean endRaise(TenantId tenant, BudgetId id, RaiseId raise);

  Optional<State> find(TenantId tenant, BudgetId id);

  /// At most `limit` budgets made before the one named by the cursor, newest first.
  ///
  /// @param scope only budgets of this kind, or null
  /// @param scopeId only budgets of this one, or null
  Page<State> list(
      TenantId tenant,
      @Nullable Scope scope,
      @Nullable UUID scopeId,
      @Nullable UUID cursor,
      int limit);

  /// A budget and its account in the current window.
  record State(Budget budget, Balance balance) {}
}
