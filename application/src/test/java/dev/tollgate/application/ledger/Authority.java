package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.LedgerStore;
import java.util.List;
import java.util.Map;

/// A ledger that a simulation can run on and look into: in memory, or PostgreSQL.
public interface Authority {
  /// A node's way in.
  LedgerStore open(int node);

  /// Lets the ledger's clock go on; one that cannot be moved does nothing.
  void advance(long millis);

  /// Holds whose deadline has passed while their session was silent.
  List<HoldId> expired();

  BudgetBook book();

  /// Contradictions within the books.
  ///
  /// @param thorough whether everything is looked at, which may take a while
  List<String> violations(boolean thorough);

  /// What is posted for each hold.
  Map<HoldId, Long> posted();

  /// Open holds.
  List<HoldId> open();
}
