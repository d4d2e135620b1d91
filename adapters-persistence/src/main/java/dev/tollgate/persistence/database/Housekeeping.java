package dev.tollgate.persistence.database;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// What has to be done to tables now and then: partitions of coming days are made, days past their
/// time dropped, old roll-ups folded, short-lived rows deleted, forecasts noted, heads of chains
/// anchored. Every part may be run twice, by any node.
public final class Housekeeping {
  private static final int DAYS_AHEAD = 7;

  /// Fewer days ahead than this, and housekeeping has been failing for days.
  private static final int TOO_FEW = 3;

  private static final int FOLDED_AT_ONCE = 2_000;

  private static final Logger LOG = System.getLogger(Housekeeping.class.getName());

  private final Database database;
  private final Clock clock;
  private volatile int daysAhead;

  public Housekeeping(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  public void run() {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    database.asHousekeeper(
        connection -> {
          ensureDays(connection, today);
          drop(connection, today);
          fold(connection);
          try (Statement statement = connection.createStatement()) {
            statement.execute(
                "delete from tollgate.usage_minute where bucket < tollgate.at() - interval '8 days'");
            statement.execute(
                "delete from tollgate.idempotency where created_at < tollgate.at() - interval '24 hours'");
            statement.execute(
                "delete from tollgate.waiter where until < tollgate.at() - interval '1 hour'");
            statement.execute("select tollgate.note_forecasts()");
            // The heads of the chains, once an hour, apart from what they were computed from.
            statement.execute(
                "insert into tollgate.ledger_anchor (session_id, batch, head)"
                    + " select b.session_id, b.batch, b.head from tollgate.ledger_batch b"
                    + " join (select session_id, max(batch) as batch from tollgate.ledger_batch"
                    + " where at > tollgate.at() - interval '2 hours' group by session_id) last"
                    + " on last.session_id = b.session_id and last.batch = b.batch"
                    + " on conflict do nothing");
            statement.execute("delete from tollgate.change where at < now() - interval '1 hour'");
          }
          return 0;
        });
  }

  /// For how many days from today on there are partitions, as of the last run.
  public int daysAhead() {
    return daysAhead;
  }

  private void ensureDays(Connection connection, LocalDate today) throws SQLException {
    try (PreparedStatement ensure =
        connection.prepareStatement("select tollgate.ensure_days_2(?, ?)")) {
      ensure.setObject(1, today.minusDays(1));
      ensure.setObject(2, today.plusDays(DAYS_AHEAD));
      ensure.execute();
    } catch (SQLException e) {
      LOG.log(Level.WARNING, "Partitions of coming days could not be made: {0}", e.getMessage());
    }
    try (PreparedStatement count = connection.prepareStatement("select tollgate.days_ahead_2(?)")) {
      count.setObject(1, today);
      try (ResultSet row = count.executeQuery()) {
        row.next();
        daysAhead = row.getInt(1);
      }
    }
    if (daysAhead < TOO_FEW) {
      LOG.log(
          Level.ERROR,
          "There are partitions for {0} more days only. Look for what locks the tables of calls.",
          daysAhead);
    }
  }

  /// Some at a time, each time in a transaction of its own.
  private static void fold(Connection connection) throws SQLException {
    try (PreparedStatement fold = connection.prepareStatement("select tollgate.fold_usage_2(?)")) {
      fold.setInt(1, FOLDED_AT_ONCE);
      int found = FOLDED_AT_ONCE;
      while (found == FOLDED_AT_ONCE) {
        try (ResultSet row = fold.executeQuery()) {
          row.next();
          found = row.getInt(1);
        }
      }
    }
  }

  /// One at a time, each in a transaction of its own. One that is being read waits for the next
  /// run.
  private static void drop(Connection connection, LocalDate today) throws SQLException {
    List<String> inUse = new ArrayList<>();
    try (PreparedStatement drop =
        connection.prepareStatement("select tollgate.drop_one_expired_2(?, ?)")) {
      while (true) {
        drop.setObject(1, today);
        drop.setArray(2, connection.createArrayOf("text", inUse.toArray()));
        try (ResultSet row = drop.executeQuery()) {
          row.next();
          String name = row.getString(1);
          if (name == null) {
            break;
          }
          if (name.startsWith("-")) {
            inUse.add(name.substring(1));
          }
        }
      }
    }
    if (!inUse.isEmpty()) {
      LOG.log(Level.INFO, "Partitions that are being read are dropped later: {0}", inUse);
    }
  }
}
