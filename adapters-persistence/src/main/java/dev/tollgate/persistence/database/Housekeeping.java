package dev.tollgate.persistence.database;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// What has to be done to tables now and then: partitions of coming days are made, days past their
/// time dropped, short-lived rows deleted, forecasts noted, heads of chains anchored. Every part
/// may be run twice, by any node.
public final class Housekeeping {
  private static final int DAYS_AHEAD = 3;

  private final Database database;
  private final Clock clock;

  public Housekeeping(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  public void run() {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    database.asLedger(
        connection -> {
          ensureDays(connection, today);
          try (PreparedStatement drop =
              connection.prepareStatement("select tollgate.drop_expired(?)")) {
            drop.setObject(1, today);
            drop.execute();
          }
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

  private static void ensureDays(Connection connection, LocalDate today) throws SQLException {
    try (PreparedStatement ensure =
        connection.prepareStatement("select tollgate.ensure_days(?, ?)")) {
      ensure.setObject(1, today.minusDays(1));
      ensure.setObject(2, today.plusDays(DAYS_AHEAD));
      ensure.execute();
    }
  }
}
