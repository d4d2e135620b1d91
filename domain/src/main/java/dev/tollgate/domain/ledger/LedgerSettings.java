package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.TenantId;
import java.util.function.UnaryOperator;

/// Store of what tenants decide about their ledger. Thread-safe.
public interface LedgerSettings {
  /// Changes the settings under a lock on their row; what the function throws leaves them as they
  /// were. One transaction, or a part of the open unit of work. Another zone or fiscal year makes
  /// windows begin at other times: from then on calls count in new accounts, those already begun
  /// stay as they are.
  ///
  /// @return the settings as they are kept
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the store cannot answer
  BudgetBook.Settings update(TenantId tenant, UnaryOperator<BudgetBook.Settings> change);
}
