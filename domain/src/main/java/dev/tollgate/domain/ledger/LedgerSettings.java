package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.TenantId;

/// Store of what tenants decide about their ledger. Thread-safe.
public interface LedgerSettings {
  /// Another zone or fiscal year makes windows begin at other times: from then on calls count in
  /// new accounts, those already begun stay as they are.
  ///
  /// @throws dev.tollgate.domain.tenancy.StoreUnavailable when the store cannot answer
  void change(TenantId tenant, BudgetBook.Settings settings);
}
