package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.TenantId;
import java.util.List;

/// Looks for contradictions in the books. Thread-safe; each method reads one moment and throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer.
public interface LedgerVerifier {
  /// Checks everything that concerns a tenant, entry by entry.
  Report verify(TenantId tenant);

  /// Checks every account that has an open hold or changed lately, as a job does every minute.
  List<Violation> glance();

  /// @param openHolds holds that are not resolved yet
  record Report(long accounts, long entries, long openHolds, List<Violation> violations) {
    public Report {
      violations = List.copyOf(violations);
    }
  }

  /// One contradiction.
  ///
  /// @param check which rule is broken, such as `account_held`
  /// @param subject what it was found at: an account, an entry, a key, a call, a batch
  record Violation(String check, String subject, String detail) {}
}
