package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.FiscalCalendar;
import dev.tollgate.persistence.database.ChangePoll;
import dev.tollgate.persistence.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// The budgets of every tenant that calls here, replaced whole when they change.
public final class CachedBudgetBooks implements BudgetBooks, ChangePoll.Listener {
  private final Database database;
  private final Map<TenantId, BudgetBook> books = new ConcurrentHashMap<>();

  public CachedBudgetBooks(Database database) {
    this.database = database;
  }

  @Override
  public BudgetBook current(TenantId tenant) {
    BudgetBook book = books.get(tenant);
    if (book == null) {
      refresh(tenant);
      book = books.get(tenant);
    }
    if (book == null) {
      throw new IllegalStateException("tenant " + tenant + " has no budgets");
    }
    return book;
  }

  @Override
  public void refresh(TenantId tenant) {
    BudgetBook read = database.asLedgerAtOneMoment(connection -> read(connection, tenant));
    books.merge(tenant, read, (old, now) -> old.version() > now.version() ? old : now);
  }

  @Override
  public void changed(ChangePoll.Change change) {
    if (change.kind().equals("budget") && books.containsKey(change.tenant())) {
      refresh(change.tenant());
    }
  }

  @Override
  public void everythingMayHaveChanged() {
    books.keySet().forEach(this::refresh);
  }

  private static BudgetBook read(Connection connection, TenantId tenant) throws SQLException {
    long version;
    BudgetBook.Settings settings;
    try (PreparedStatement select =
        connection.prepareStatement(
            "select ledger_version, time_zone, fiscal_month, output_cap, shows_ancestors,"
                + " captures_all from tollgate.tenant where id = ?")) {
      select.setObject(1, tenant.value());
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("there is no tenant " + tenant);
        }
        version = row.getLong(1);
        FiscalCalendar calendar =
            new FiscalCalendar(FiscalCalendar.zone(row.getString(2)), row.getInt(3));
        settings =
            new BudgetBook.Settings(calendar, row.getInt(4), row.getBoolean(5), row.getBoolean(6));
      }
    }
    List<Budget> budgets = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select "
                + BudgetRows.COLUMN
                + " from tollgate.budget b where b.tenant_id = ? and not b.retired")) {
      select.setObject(1, tenant.value());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          budgets.add(BudgetRows.budget(row.getString(1)));
        }
      }
    }
    return new BudgetBook(tenant, version, settings, budgets, parents(connection, tenant));
  }

  private static Map<UUID, UUID> parents(Connection connection, TenantId tenant)
      throws SQLException {
    Map<UUID, UUID> parents = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select id, parent_id from tollgate.business_unit"
                + " where tenant_id = ? and parent_id is not null")) {
      select.setObject(1, tenant.value());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          parents.put(row.getObject(1, UUID.class), row.getObject(2, UUID.class));
        }
      }
    }
    return parents;
  }
}
