package dev.tollgate.persistence.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Moves whole months of entries from the database into files (docs/ledger.md). It is an operator's
/// work, on a connection of the migrator, beside running nodes: no role of theirs can take an entry
/// away. What the entries had added up to stays in the database.
public final class EntryArchive {
  private static final DateTimeFormatter IN_NAME = DateTimeFormatter.ofPattern("yyyyMM");
  private static final String LOCK_TIMED_OUT = "55P03";

  /// For so many seconds the month waits for a moment at which nobody reads entries.
  private static final int MOST_TRIES = 120;

  private final Connection connection;
  private final Path folder;

  /// @param connection of the migrator, not used by anybody else
  /// @param folder that exists
  public EntryArchive(Connection connection, Path folder) {
    this.connection = connection;
    this.folder = folder;
  }

  /// @param file the entries, one in a line
  public record Archived(YearMonth month, long entries, Path file) {}

  /// Why a month cannot leave. Nothing has changed.
  public static final class NotArchived extends Exception {
    private static final long serialVersionUID = 1L;

    NotArchived(String message) {
      super(message);
    }
  }

  /// The months before another that are in the database, the oldest first.
  public List<YearMonth> monthsBefore(YearMonth end) throws SQLException {
    List<YearMonth> found = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                "select right(c.relname, 6) from pg_inherits i join pg_class c on c.oid = i.inhrelid"
                    + " where i.inhparent = 'tollgate.entry'::regclass and c.relname ~"
                    + " '^entry_[0-9]{6}$' order by 1");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        YearMonth month = YearMonth.parse(row.getString(1), IN_NAME);
        if (month.isBefore(end)) {
          found.add(month);
        }
      }
    }
    return found;
  }

  /// Writes a month, reads it back, compares it with the database and drops it there. Whatever goes
  /// wrong, the month is still in the database, and a repeat writes its files anew.
  public Archived archive(YearMonth month) throws SQLException, IOException, NotArchived {
    boolean automatic = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try {
      Archived archived = move(month);
      connection.commit();
      return archived;
    } finally {
      // Undoes what was not committed.
      connection.rollback();
      connection.setAutoCommit(automatic);
    }
  }

  private Archived move(YearMonth month) throws SQLException, IOException, NotArchived {
    String partition = "tollgate.entry_" + month.format(IN_NAME);
    // From here on nobody adds an entry to it.
    run("lock table " + partition + " in share row exclusive mode");
    refuseWhatIsInUse(month);
    ArchiveFile file = new ArchiveFile(folder, month);
    byte[] written =
        file.write(
            connection,
            "select to_jsonb(e)::text from "
                + partition
                + " e order by e.tenant_id, e.day,"
                + " e.hold_id, e.n");
    run("create temp table read_back (like tollgate.entry) on commit drop");
    byte[] read = file.read(connection, "read_back");
    long entries = number("select count(*) from " + partition);
    if (!Arrays.equals(written, read)
        || number("select count(*) from read_back") != entries
        || number(
                "select count(*) from (select * from %s except select * from read_back) x"
                    .formatted(partition))
            != 0
        || number(
                "select count(*) from read_back e where e.digest <> tollgate.entry_digest(row(e.*)::tollgate.entry)")
            != 0) {
      throw new NotArchived(
          month + ": what was read back from " + file.lines() + " is not what is in the database");
    }
    file.writeManifest(manifest(month, entries, read, partition));
    keepSums(month, entries, read, partition);
    drop(month, partition);
    return new Archived(month, entries, file.lines());
  }

  private void refuseWhatIsInUse(YearMonth month) throws SQLException, NotArchived {
    if (number(
            "select count(*) from tollgate.archived_month where month = '%s'"
                .formatted(month.atDay(1)))
        > 0) {
      throw new NotArchived(
          month + " was archived before. The entries that came later stay in the database.");
    }
    // A call is named before its first attempt, so an entry may be of the day after.
    LocalDate from = month.atDay(1).minusDays(2);
    LocalDate to = month.atEndOfMonth();
    long calls =
        number(
            "select count(*) from (select from tollgate.call where day between '%s' and '%s' limit 1) c"
                .formatted(from, to));
    if (calls > 0) {
      throw new NotArchived(
          month
              + ": calls of that time are still kept, and their cost is read from the entries. It can be"
              + " archived when their retention is over.");
    }
    long holds =
        number(
            "select count(*) from tollgate.hold where tollgate.id_day(id) between '%s' and '%s'"
                .formatted(month.atDay(1), to));
    if (holds > 0) {
      throw new NotArchived(month + ": holds of that time are still open.");
    }
  }

  private String manifest(YearMonth month, long entries, byte[] sha256, String partition)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select jsonb_pretty(jsonb_build_object('month', ?::text, 'entries', ?::bigint, 'sha256',"
                + " ?::text, 'nano_dollars', coalesce(sum(amount), 0)::text, 'tenants',"
                + " count(distinct tenant_id), 'first_day', min(day), 'last_day', max(day),"
                + " 'made_at', now())) from "
                + partition)) {
      select.setString(1, month.toString());
      select.setLong(2, entries);
      select.setString(3, HexFormat.of().formatHex(sha256));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  private void keepSums(YearMonth month, long entries, byte[] sha256, String partition)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into tollgate.archived_month (month, entries, sha256, at) values (?, ?, ?, now())")) {
      insert.setObject(1, month.atDay(1));
      insert.setLong(2, entries);
      insert.setBytes(3, sha256);
      insert.executeUpdate();
    }
    String day = "date '" + month.atDay(1) + "'";
    run(
        "insert into tollgate.archived_account (tenant_id, account_id, month, amount)"
            + " select e.tenant_id, x.account, %s, sum(e.amount)::bigint from %s e"
                .formatted(day, partition)
            + " cross join lateral unnest(e.accounts) x(account) group by e.tenant_id, x.account");
    run(
        "insert into tollgate.archived_key (tenant_id, key_id, month, amount)"
            + " select e.tenant_id, e.key_id, %s, sum(e.amount)::bigint from %s e"
                .formatted(day, partition)
            + " group by e.tenant_id, e.key_id");
    run(
        "update tollgate.ledger_batch b set archived = b.archived + x.entries from (select session_id,"
            + " batch, count(*)::int as entries from %s group by session_id, batch) x"
                .formatted(partition)
            + " where b.session_id = x.session_id and b.batch = x.batch");
  }

  /// A query that comes while this waits for readers waits, too: so it waits for a moment only,
  /// again and again.
  private void drop(YearMonth month, String partition) throws SQLException, NotArchived {
    run("set local lock_timeout = '100ms'");
    for (int attempt = 1; ; attempt++) {
      Savepoint before = connection.setSavepoint();
      try {
        run("drop table " + partition);
        return;
      } catch (SQLException e) {
        connection.rollback(before);
        if (!LOCK_TIMED_OUT.equals(e.getSQLState())) {
          throw e;
        }
        if (attempt == MOST_TRIES) {
          throw new NotArchived(
              month + ": somebody has been reading entries for two minutes. Try again later.");
        }
      }
      pause();
    }
  }

  private static void pause() throws NotArchived {
    try {
      Thread.sleep(1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotArchived("interrupted");
    }
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
