package dev.tollgate.persistence.database;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.persistence.ledger.CachedBudgetBooks;
import dev.tollgate.persistence.ledger.PostgresLedgerStore;

/// The writer of a node over a real database.
public final class TestingWriter {
  private TestingWriter() {}

  public static GroupCommit of(Database database, int node) {
    return new GroupCommit(
        new PostgresLedgerStore(database, node), new CachedBudgetBooks(database), _ -> {});
  }
}
