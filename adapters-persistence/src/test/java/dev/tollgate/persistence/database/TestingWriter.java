package dev.tollgate.persistence.database;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.application.ledger.LedgerClock;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Spill;
import dev.tollgate.persistence.ledger.CachedBudgetBooks;
import dev.tollgate.persistence.ledger.PostgresLedgerStore;
import java.time.Clock;

/// The writer of a node over a real database.
public final class TestingWriter {
  private TestingWriter() {}

  public static GroupCommit of(Database database, int node) {
    return over(new PostgresLedgerStore(database, node), new CachedBudgetBooks(database));
  }

  public static GroupCommit over(LedgerStore store, BudgetBooks books) {
    return new GroupCommit(store, books, _ -> {}, new LedgerClock(Clock.systemUTC()), Spill.NONE);
  }
}
