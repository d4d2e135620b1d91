package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.TenantId;

/// The budgets as the request path needs them: held in memory. Thread-safe.
public interface BudgetBooks {
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when it was never loaded and the store
  ///   cannot answer
  BudgetBook current(TenantId tenant);

  /// Reads the tenant's budgets anew.
  ///
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the store does not answer
  void refresh(TenantId tenant);
}
