package dev.tollgate.persistence.reporting;

import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/// Carries roll-ups of earlier versions over to those by dimension, some at a time. May be run by
/// any node and repeated; once nothing is left it only looks.
public final class UsageHistory implements Runnable {
  private static final Logger LOG = System.getLogger(UsageHistory.class.getName());
  private static final int AT_ONCE = 500;

  private final Database database;
  private long carried;

  public UsageHistory(Database database) {
    this.database = database;
  }

  @Override
  public void run() {
    long found =
        database.acrossTenants(
            tx ->
                Rows.one(
                        tx.createQuery("select tollgate.carry_history_2(?) as carried")
                            .addParam(AT_ONCE)
                            .execute(),
                        row -> Rows.number(row, "carried"))
                    .orElseThrow());
    carried += found;
    if (found == 0 && carried > 0) {
      LOG.log(Level.INFO, "{0} roll-ups of an earlier version are carried over.", carried);
      carried = 0;
    }
  }
}
