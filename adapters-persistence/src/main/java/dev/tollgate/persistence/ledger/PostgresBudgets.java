package dev.tollgate.persistence.ledger;

import static dev.tollgate.persistence.database.Rows.paramOrNull;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.FiscalCalendar;
import dev.tollgate.domain.ledger.LedgerSettings;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Pages;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbStatementQuery;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Budgets, and the settings of the ledger, in PostgreSQL.
public final class PostgresBudgets implements Budgets, LedgerSettings {
  /// The lock of changes to a tenant's budgets. Batches of the ledger do not take it.
  private static final int LOCK = 7014;

  /// The windows are worked out once, not for each budget.
  private static final String STATE =
      """
      with w as materialized (
        select w.time_window, w.starts,
          tollgate.window_end(w.time_window, t.time_zone, w.starts) as ends
        from tollgate.tenant t cross join lateral (
          select x.time_window, tollgate.window_start(x.time_window, t.time_zone, t.fiscal_month,
            tollgate.at()) as starts
          from unnest(array['total', 'day', 'week', 'month', 'quarter', 'year']) x(time_window)) w
        where t.id = ?)
      select\s"""
          + BudgetRows.COLUMN
          + """
      , tollgate.limit_now(b) as limit_nanos, w.starts, w.ends, coalesce(a.posted, 0) as posted,
        coalesce(a.held, 0) as held, coalesce(a.version, 0) as version
      from tollgate.budget b join w on w.time_window = b.time_window
      left join tollgate.account a on a.budget_id = b.id and a.starts = w.starts
      where b.tenant_id = ? and not b.retired""";

  private final Database database;

  public PostgresBudgets(Database database) {
    this.database = database;
  }

  @Override
  public void alone(TenantId tenant) {
    database.lock(tenant, LOCK);
  }

  @Override
  public List<Optional<State>> put(TenantId tenant, List<Budget> budgets) {
    return database.inTenant(
        tenant,
        tx -> {
          List<Optional<UUID>> set =
              Rows.all(
                  tx.createQuery(
                          """
                          select u.id from unnest(tollgate.set_budgets_2(cast(? as jsonb)))
                            with ordinality u(id, i) order by u.i
                          """)
                      .addParam(BudgetRows.json(budgets))
                      .execute(),
                  row -> Optional.ofNullable(Rows.uuidOrNull(row, "id")));
          Map<UUID, State> states =
              states(tx, tenant, set.stream().flatMap(Optional::stream).toList());
          return set.stream()
              .map(id -> id.flatMap(each -> Optional.ofNullable(states.get(each))))
              .toList();
        });
  }

  /// @param more conditions on `b`, with parameters of their own, and the order
  private static DbStatementQuery states(DbExecute tx, TenantId tenant, String more) {
    return tx.createQuery(STATE + more).addParam(tenant.value()).addParam(tenant.value());
  }

  private static Map<UUID, State> states(DbExecute tx, TenantId tenant, List<UUID> ids) {
    return Rows.all(
            states(tx, tenant, " and b.id = any(cast(? as uuid[]))")
                .addParam(Rows.array(ids))
                .execute(),
            PostgresBudgets::state)
        .stream()
        .collect(Collectors.toMap(state -> state.budget().id().value(), state -> state));
  }

  @Override
  public boolean raise(TenantId tenant, BudgetId id, Budget.Raise raise, boolean atOnce) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                    tx.createQuery(
                            """
                            select tollgate.add_raise_2(cast(? as uuid), cast(? as uuid),
                              cast(? as bigint), coalesce(cast(? as timestamptz), tollgate.at()),
                              cast(? as timestamptz),
                              cast(? as text), cast(? as text)) as done
                            """)
                        .addParam(raise.id().value())
                        .addParam(id.value())
                        .addParam(raise.amount().nanos())
                        .addParam(atOnce ? null : raise.from().toString())
                        .addParam(paramOrNull(raise.until()))
                        .addParam(raise.reason())
                        .addParam(raise.origin())
                        .execute(),
                    row -> Rows.flag(row, "done"))
                .orElse(false));
  }

  @Override
  public boolean endRaise(TenantId tenant, BudgetId id, RaiseId raise) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                    tx.createQuery(
                            "select tollgate.end_raise_2(cast(? as uuid), cast(? as uuid)) as done")
                        .addParam(id.value())
                        .addParam(raise.value())
                        .execute(),
                    row -> Rows.flag(row, "done"))
                .orElse(false));
  }

  @Override
  public boolean remove(TenantId tenant, BudgetId id) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                    tx.createQuery("select tollgate.remove_budget(cast(? as uuid)) as done")
                        .addParam(id.value())
                        .execute(),
                    row -> Rows.flag(row, "done"))
                .orElse(false));
  }

  @Override
  public Optional<State> find(TenantId tenant, BudgetId id) {
    return database.inTenant(
        tenant, tx -> Optional.ofNullable(states(tx, tenant, List.of(id.value())).get(id.value())));
  }

  @Override
  public Page<State> list(TenantId tenant, Which which, @Nullable UUID cursor, int limit) {
    Scope kind =
        switch (which) {
          case Which.All() -> null;
          case Which.OfKind(Scope each) -> each;
          case Which.Of(ScopeRef scope) -> scope.kind();
        };
    UUID id = which instanceof Which.Of(ScopeRef scope) ? scope.value() : null;
    List<State> found =
        database.inTenant(
            tenant,
            tx ->
                Rows.all(
                    states(
                            tx,
                            tenant,
                            " and b.id < ? and b.scope = coalesce(cast(? as text), b.scope)"
                                + " and b.scope_id = coalesce(cast(? as uuid), b.scope_id)"
                                + " order by b.id desc limit ?")
                        .addParam(Pages.before(cursor))
                        .addParam(kind == null ? null : kind.wire())
                        .addParam(id == null ? null : id.toString())
                        .addParam(limit + 1)
                        .execute(),
                    PostgresBudgets::state));
    return Pages.of(found, limit, state -> state.budget().id().value());
  }

  @Override
  public Map<KeyId, State> overAllModels(TenantId tenant, Collection<KeyId> keys) {
    List<State> found =
        database.inTenant(
            tenant,
            tx ->
                Rows.all(
                    states(
                            tx,
                            tenant,
                            " and b.scope = ? and b.scope_id = any(cast(? as uuid[]))"
                                + " and b.models is null order by b.id")
                        .addParam(Scope.KEY.wire())
                        .addParam(Rows.array(keys.stream().map(KeyId::value).toList()))
                        .execute(),
                    PostgresBudgets::state));
    Map<KeyId, State> newest = new HashMap<>();
    found.forEach(state -> newest.put(new KeyId(state.budget().scope().value()), state));
    return newest;
  }

  @Override
  public BudgetBook.Settings update(TenantId tenant, UnaryOperator<BudgetBook.Settings> change) {
    return database.inTenant(
        tenant,
        tx -> {
          BudgetBook.Settings now =
              Rows.one(
                      tx.createQuery(
                              """
                              select time_zone, fiscal_month, output_cap, shows_ancestors,
                                captures_all from tollgate.tenant where id = ? for update
                              """)
                          .addParam(tenant.value())
                          .execute(),
                      PostgresBudgets::settings)
                  .orElseThrow(() -> new IllegalStateException("there is no tenant " + tenant));
          BudgetBook.Settings changed = change.apply(now);
          String zone = changed.calendar().zone().getId();
          tx.createUpdate(
                  """
                  update tollgate.tenant set time_zone = ?, fiscal_month = ?, output_cap = ?,
                    shows_ancestors = ?, captures_all = ? where id = ?
                  """)
              .addParam(zone.equals("Z") ? "UTC" : zone)
              .addParam(changed.calendar().firstMonth())
              .addParam(changed.outputCap())
              .addParam(changed.showsAncestors())
              .addParam(changed.capturesAll())
              .addParam(tenant.value())
              .execute();
          return changed;
        });
  }

  private static BudgetBook.Settings settings(DbRow row) {
    return new BudgetBook.Settings(
        new FiscalCalendar(
            FiscalCalendar.zone(Rows.text(row, "time_zone")),
            (int) Rows.number(row, "fiscal_month")),
        (int) Rows.number(row, "output_cap"),
        Rows.flag(row, "shows_ancestors"),
        Rows.flag(row, "captures_all"));
  }

  /// The accounts of every tenant whose windows are open, for what the nodes show each other.
  public List<Balance> currentBalances() {
    return database.acrossTenants(
        tx ->
            Rows.all(
                tx.createQuery(
                        """
                        select a.budget_id, a.starts, a.ends, b.policy <> 'observe' as hard,
                          tollgate.limit_now(b) as limit_nanos, a.posted, a.held, a.version
                        from tollgate.account a join tollgate.budget b on b.id = a.budget_id
                        where not b.retired and (a.ends is null or a.ends > tollgate.at())
                          and a.starts <= tollgate.at()
                        """)
                    .execute(),
                row ->
                    balance(
                        row, new BudgetId(Rows.uuid(row, "budget_id")), Rows.flag(row, "hard"))));
  }

  private static State state(DbRow row) {
    Budget budget = BudgetRows.budget(Rows.text(row, "budget"));
    return new State(budget, balance(row, budget.id(), budget.isHard()));
  }

  private static Balance balance(DbRow row, BudgetId budget, boolean hard) {
    return new Balance(
        budget,
        Rows.time(row, "starts"),
        Rows.timeOrNull(row, "ends"),
        hard,
        new Money(Rows.number(row, "limit_nanos")),
        new Money(Rows.number(row, "posted")),
        new Money(Rows.number(row, "held")),
        Rows.number(row, "version"));
  }
}
