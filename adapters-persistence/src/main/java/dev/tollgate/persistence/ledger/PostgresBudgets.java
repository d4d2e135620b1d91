package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.LedgerSettings;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.tenancy.Page;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Pages;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Budgets, and the settings of the ledger, in PostgreSQL.
public final class PostgresBudgets implements Budgets, LedgerSettings {
  private static final String STATE =
      "select b.*, "
          + BudgetRows.RAISES
          + ", tollgate.limit_now(b) as limit_nanos_now, b.policy <> 'observe' as hard,"
          + " w.starts as window_starts,"
          + " tollgate.window_end(b.time_window, t.time_zone, w.starts) as window_ends,"
          + " coalesce(a.posted, 0) as posted, coalesce(a.held, 0) as held, coalesce(a.version, 0) as version"
          + " from tollgate.budget b join tollgate.tenant t on t.id = b.tenant_id"
          + " cross join lateral (select tollgate.window_start(b.time_window, t.time_zone,"
          + " t.fiscal_month, tollgate.at()) as starts) w"
          + " left join tollgate.account a on a.budget_id = b.id and a.starts = w.starts"
          + " where b.tenant_id = ? and not b.retired";

  private final Database database;

  public PostgresBudgets(Database database) {
    this.database = database;
  }

  @Override
  public Optional<State> put(Budget budget) {
    UUID id =
        database.asApp(
            budget.tenant(),
            connection -> {
              try (PreparedStatement call =
                  connection.prepareStatement(
                      "select tollgate.set_budget(?,?,?,?,?,?,?,?,?,?,?,?)")) {
                bind(call, budget);
                try (ResultSet row = call.executeQuery()) {
                  row.next();
                  return row.getObject(1, UUID.class);
                }
              }
            });
    return id == null ? Optional.empty() : find(budget.tenant(), new BudgetId(id));
  }

  private static void bind(PreparedStatement call, Budget budget) throws SQLException {
    Connection connection = call.getConnection();
    call.setObject(1, budget.id().value());
    call.setString(2, budget.scope().wire());
    call.setObject(3, budget.scopeId());
    List<String> models = budget.models();
    call.setArray(4, models == null ? null : connection.createArrayOf("text", models.toArray()));
    call.setString(5, budget.window().wire());
    call.setString(6, budget.policy().wire());
    call.setLong(7, budget.limit().nanos());
    Budget.Raise raise = budget.ownRaise();
    Long to = raise == null ? null : budget.limit().plusAtMost(raise.amount()).nanos();
    call.setObject(8, to, java.sql.Types.BIGINT);
    setTime(call, 9, raise == null ? null : raise.until());
    call.setArray(10, connection.createArrayOf("int2", budget.thresholds().toArray()));
    call.setArray(11, connection.createArrayOf("text", budget.told().toArray()));
    OffsetDateTime created = budget.createdAt().atOffset(ZoneOffset.UTC);
    call.setObject(12, created);
  }

  private static void setTime(PreparedStatement call, int index, @Nullable Instant time)
      throws SQLException {
    call.setObject(
        index,
        time == null ? null : time.atOffset(ZoneOffset.UTC),
        java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
  }

  @Override
  public boolean raise(TenantId tenant, BudgetId id, Budget.Raise raise) {
    return database.asApp(
        tenant,
        connection -> {
          try (PreparedStatement call =
              connection.prepareStatement("select tollgate.add_raise_2(?,?,?,?,?,?,?)")) {
            call.setObject(1, raise.id().value());
            call.setObject(2, id.value());
            call.setLong(3, raise.amount().nanos());
            setTime(call, 4, raise.from());
            setTime(call, 5, raise.until());
            call.setString(6, raise.reason());
            call.setString(7, raise.origin());
            return truth(call);
          }
        });
  }

  @Override
  public boolean endRaise(TenantId tenant, BudgetId id, RaiseId raise) {
    return database.asApp(
        tenant,
        connection -> {
          try (PreparedStatement call =
              connection.prepareStatement("select tollgate.end_raise_2(?,?)")) {
            call.setObject(1, id.value());
            call.setObject(2, raise.value());
            return truth(call);
          }
        });
  }

  private static boolean truth(PreparedStatement call) throws SQLException {
    try (ResultSet row = call.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }

  @Override
  public boolean remove(TenantId tenant, BudgetId id) {
    return database.asApp(
        tenant,
        connection -> {
          try (PreparedStatement call =
              connection.prepareStatement("select tollgate.remove_budget(?)")) {
            call.setObject(1, id.value());
            return truth(call);
          }
        });
  }

  @Override
  public Optional<State> find(TenantId tenant, BudgetId id) {
    return database.asApp(
        tenant,
        connection -> {
          try (PreparedStatement select = connection.prepareStatement(STATE + " and b.id = ?")) {
            select.setObject(1, tenant.value());
            select.setObject(2, id.value());
            return states(select).stream().findFirst();
          }
        });
  }

  @Override
  public Page<State> list(
      TenantId tenant,
      @Nullable Scope scope,
      @Nullable UUID scopeId,
      @Nullable UUID cursor,
      int limit) {
    List<State> found =
        database.asApp(
            tenant,
            connection -> {
              try (PreparedStatement select =
                  connection.prepareStatement(
                      STATE
                          + " and b.id < ? and (?::text is null or b.scope = ?)"
                          + " and (?::uuid is null or b.scope_id = ?)"
                          + " order by b.id desc limit ?")) {
                String kind = scope == null ? null : scope.wire();
                select.setObject(1, tenant.value());
                select.setObject(2, Pages.before(cursor));
                select.setString(3, kind);
                select.setString(4, kind);
                select.setObject(5, scopeId, java.sql.Types.OTHER);
                select.setObject(6, scopeId, java.sql.Types.OTHER);
                select.setInt(7, limit + 1);
                return states(select);
              }
            });
    return Pages.of(found, limit, state -> state.budget().id().value());
  }

  @Override
  public void change(TenantId tenant, BudgetBook.Settings settings) {
    String zone = settings.calendar().zone().getId();
    int changed =
        database.asApp(
            tenant,
            connection -> {
              try (PreparedStatement update =
                  connection.prepareStatement(
                      "update tollgate.tenant set time_zone = ?, fiscal_month = ?, output_cap = ?,"
                          + " shows_ancestors = ?, captures_all = ? where id = ?")) {
                update.setString(1, zone.equals("Z") ? "UTC" : zone);
                update.setInt(2, settings.calendar().firstMonth());
                update.setInt(3, settings.outputCap());
                update.setBoolean(4, settings.showsAncestors());
                update.setBoolean(5, settings.capturesAll());
                update.setObject(6, tenant.value());
                return update.executeUpdate();
              }
            });
    if (changed != 1) {
      throw new IllegalStateException("there is no tenant " + tenant);
    }
  }

  /// The accounts of every tenant whose windows are open, for what the nodes show each other.
  public List<Balance> currentBalances() {
    return database.asLedger(
        connection -> {
          List<Balance> found = new ArrayList<>();
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "select a.budget_id, a.starts, a.ends, b.policy <> 'observe' as hard,"
                          + " tollgate.limit_now(b) as limit_nanos, a.posted, a.held, a.version"
                          + " from tollgate.account a join tollgate.budget b on b.id = a.budget_id"
                          + " where not b.retired and (a.ends is null or a.ends > tollgate.at())"
                          + " and a.starts <= tollgate.at()");
              ResultSet row = select.executeQuery()) {
            while (row.next()) {
              found.add(BudgetRows.balance(row));
            }
          }
          return found;
        });
  }

  private static List<State> states(PreparedStatement select) throws SQLException {
    List<State> states = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        Budget budget = BudgetRows.budget(row);
        Timestamp ends = row.getTimestamp("window_ends");
        states.add(
            new State(
                budget,
                new Balance(
                    budget.id(),
                    row.getTimestamp("window_starts").toInstant(),
                    ends == null ? null : ends.toInstant(),
                    row.getBoolean("hard"),
                    new Money(row.getLong("limit_nanos_now")),
                    new Money(row.getLong("posted")),
                    new Money(row.getLong("held")),
                    row.getLong("version"))));
      }
    }
    return states;
  }
}
