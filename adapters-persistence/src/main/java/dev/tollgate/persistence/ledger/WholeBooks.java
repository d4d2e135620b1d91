package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.LedgerVerifier.Report;
import dev.tollgate.domain.ledger.LedgerVerifier.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// Checks the entries in the database together with those that [EntryArchive] moved into files, as
/// if they had never left. It takes the room of the files as temporary tables of the database.
public final class WholeBooks {
  private static final String SUMS =
      """
      select coalesce(m.month, e.month)::text from tollgate.archived_account m
      full join (select x.account, date_trunc('month', e.day)::date as month,
          sum(e.amount)::bigint as amount from pg_temp.archived_entry e
        cross join lateral unnest(e.accounts) x(account) group by 1, 2) e
        on e.account = m.account_id and e.month = m.month
      where coalesce(m.amount, 0) <> coalesce(e.amount, 0)
      union
      select coalesce(m.month, e.month)::text from tollgate.archived_key m
      full join (select e.tenant_id, e.key_id, date_trunc('month', e.day)::date as month,
          sum(e.amount)::bigint as amount from pg_temp.archived_entry e group by 1, 2, 3) e
        on e.tenant_id = m.tenant_id and e.key_id = m.key_id and e.month = m.month
      where coalesce(m.amount, 0) <> coalesce(e.amount, 0)""";

  private final Connection connection;
  private final Path folder;

  /// @param connection of the migrator, not used by anybody else
  public WholeBooks(Connection connection, Path folder) {
    this.connection = connection;
    this.folder = folder;
  }

  /// Checks every tenant at one moment.
  public Report verify() throws SQLException, IOException {
    return verify(tenants());
  }

  Report verify(List<TenantId> tenants) throws SQLException, IOException {
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setAutoCommit(false);
    try {
      List<Violation> found = new ArrayList<>(load());
      Report report = PostgresLedgerVerifier.withArchive(connection, tenants);
      found.addAll(report.violations());
      return new Report(report.accounts(), report.entries(), report.openHolds(), found);
    } finally {
      // Takes the temporary tables along.
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private List<Violation> load() throws SQLException, IOException {
    List<Violation> found = new ArrayList<>();
    run("create temp table archived_entry (like tollgate.entry)");
    try (PreparedStatement select =
            connection.prepareStatement(
                "select month, sha256 from tollgate.archived_month order by month");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        YearMonth month = YearMonth.from(row.getObject("month", LocalDate.class));
        ArchiveFile file = new ArchiveFile(folder, month);
        if (!Files.exists(file.lines())) {
          found.add(new Violation("archive_missing", month.toString(), "no " + file.lines()));
        } else if (!Arrays.equals(
            file.read(connection, "pg_temp.archived_entry"), row.getBytes("sha256"))) {
          found.add(
              new Violation(
                  "archive_changed", month.toString(), file.lines() + " is not what was written"));
        }
      }
    }
    run("create index on archived_entry (tenant_id, call_id)");
    run("analyze archived_entry");
    run(
        "create temp view whole_entry as select * from tollgate.entry"
            + " union all select * from archived_entry");
    try (PreparedStatement select = connection.prepareStatement(SUMS);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(
            new Violation(
                "archive_sums",
                row.getString(1).substring(0, 7),
                "its entries do not add up to what was kept of them"));
      }
    }
    return found;
  }

  private List<TenantId> tenants() throws SQLException {
    List<TenantId> tenants = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement("select id from tollgate.tenant order by id");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        tenants.add(new TenantId(row.getObject(1, UUID.class)));
      }
    }
    return tenants;
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
