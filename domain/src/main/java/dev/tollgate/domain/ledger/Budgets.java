package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Store of budgets. Each method is one transaction, or a part of the open unit of work, and throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Budgets {
  /// Keeps other changes of a tenant's budgets waiting until the open unit of work ends, so that
  /// what is read next still holds when it is written. Batches of the ledger do not wait for it.
  void alone(TenantId tenant);

  /// Sets budgets, in one statement. Of the raises of each only the one of its own form is written,
  /// in place of the one before; the others stay as they are. One with the same scope, models and
  /// window is changed and keeps its id. A new one starts from what was spent in its window, open
  /// holds included. Batches of the ledger wait meanwhile, so in a unit of work this comes last.
  ///
  /// @return each budget as it is kept, or empty when its scope does not exist
  List<Optional<State>> put(TenantId tenant, List<Budget> budgets);

  /// @return false when there is none
  boolean remove(TenantId tenant, BudgetId id);

  /// Adds a raise to a budget.
  ///
  /// @param atOnce whether it begins now by the time of the store, whatever its `from` says
  /// @return false when there is no such budget
  boolean raise(TenantId tenant, BudgetId id, Budget.Raise raise, boolean atOnce);

  /// Ends a raise.
  ///
  /// @return false when there is none
  boolean endRaise(TenantId tenant, BudgetId id, RaiseId raise);

  Optional<State> find(TenantId tenant, BudgetId id);

  /// At most `limit` budgets made before the one named by the cursor, newest first.
  Page<State> list(TenantId tenant, Which which, @Nullable UUID cursor, int limit);

  /// Which budgets to list.
  sealed interface Which {
    record All() implements Which {}

    /// Those of one kind of scope.
    record OfKind(Scope kind) implements Which {}

    record Of(ScopeRef scope) implements Which {}
  }

  /// All budgets of one scope.
  default List<State> of(TenantId tenant, ScopeRef scope) {
    return list(tenant, new Which.Of(scope), null, Page.LARGEST).items();
  }

  /// The newest budget over all models of each of some keys that have one.
  Map<KeyId, State> overAllModels(TenantId tenant, Collection<KeyId> keys);

  /// A budget and its account in the current window.
  record State(Budget budget, Balance balance) {}
}
