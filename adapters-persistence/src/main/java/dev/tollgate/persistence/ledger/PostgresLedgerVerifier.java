package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.domain.money.Money;
import dev.tollgate.persistence.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Checks the rules of docs/ledger.md with queries of its own, not with what the flush keeps.
public final class PostgresLedgerVerifier implements LedgerVerifier {
  /// At most so many violations of one kind are named.
  static final int MOST = 100;

  private static final String HELD =
      "select a.budget_id::text, a.held, coalesce(h.held, 0) from tollgate.account a"
          + " left join (select x.account, sum(h.amount)::bigint as held from tollgate.hold h"
          + " cross join lateral unnest(h.accounts) x(account) group by x.account) h"
          + " on h.account = a.id where a.held <> coalesce(h.held, 0)";

  private static final String PEAK =
      "select a.budget_id::text, a.posted + a.held, a.peak from tollgate.account a"
          + " where a.posted + a.held > a.peak and a.held > 0";

  private static final String HELD_OF_TENANT = HELD + " and a.tenant_id = ?";
  private static final String PEAK_OF_TENANT = PEAK + " and a.tenant_id = ?";

  /// No index keeps a window of a budget from having two accounts (V015).
  private static final String WINDOWS =
      "select a.budget_id::text, count(*), 1::bigint from tollgate.account a"
          + " where a.tenant_id = ? group by a.budget_id, a.starts having count(*) > 1";

  private static final String POSTED =
      """
      select a.budget_id::text, a.posted, a.opening + coalesce(e.posted, 0)
      from tollgate.account a left join (
        select u.account, sum(u.amount)::bigint as posted from (
          select x.account, e.amount from tollgate.entry e
          cross join lateral unnest(e.accounts) x(account) where e.tenant_id = ?
          union all
          select m.account_id, m.amount from tollgate.archived_account m
          where m.tenant_id = ?) u group by u.account) e on e.account = a.id
      where a.tenant_id = ? and a.posted <> a.opening + coalesce(e.posted, 0)""";

  private static final String ROLL_UPS =
      """
      select coalesce(e.key_id, q.key_id)::text, coalesce(q.amount, 0), coalesce(e.amount, 0)
      from (select u.key_id, sum(u.amount)::bigint as amount from (
          select e.key_id, e.amount from tollgate.entry e where e.tenant_id = ?
          union all
          select m.key_id, m.amount from tollgate.archived_key m where m.tenant_id = ?) u
        group by u.key_id) e
      full join (select u.key_id, sum(u.amount)::bigint as amount from (
          select d.key_id, b.cost_nanos as amount from tollgate.usage_bucket b
          join tollgate.dimension d on d.tenant_id = b.tenant_id and d.id = b.dimension_id
          where b.tenant_id = ?
          union all
          select d.key_id, f.cost_nanos from tollgate.usage_day f
          join tollgate.dimension d on d.tenant_id = f.tenant_id and d.id = f.dimension_id
          where f.tenant_id = ?
          union all
          select q.key_id, q.cost_nanos from tollgate.usage_quarter q
          where q.tenant_id = ? and not q.carried) u group by u.key_id) q
        on q.key_id = e.key_id
      where coalesce(q.amount, 0) <> coalesce(e.amount, 0)""";

  /// Usage of the last days, by key and day: the roll-ups count what the entries say, and the calls
  /// that have none because they could not be priced. Told as the sum of all its counts.
  private static final String ROLL_UP_USAGE =
      """
      select coalesce(e.key_id, q.key_id)::text, (select sum(y) from unnest(q.usage) y)::bigint,
        (select sum(y) from unnest(e.usage) y)::bigint
      from (select x.key_id, x.day, tollgate.sum_arrays(x.usage) as usage from (
          select e.key_id, (e.reserved_at at time zone 'utc')::date as day, e.usage
          from tollgate.entry e where e.tenant_id = ?
            and e.day >= (tollgate.at() at time zone 'utc')::date - 7
          union all
          select c.key_id, (c.started_at at time zone 'utc')::date, c.usage
          from tollgate.call c where c.tenant_id = ? and c.cost_nanos is null
            and c.key_id is not null and c.day >= (tollgate.at() at time zone 'utc')::date - 7) x
        group by x.key_id, x.day) e
      full join (select d.key_id, (b.bucket at time zone 'utc')::date as day,
          tollgate.sum_arrays(b.usage) as usage
        from tollgate.usage_bucket b
        join tollgate.dimension d on d.tenant_id = b.tenant_id and d.id = b.dimension_id
        where b.tenant_id = ? and b.bucket >= tollgate.at() - interval '9 days'
          and d.key_id <> '00000000-0000-0000-0000-000000000000' group by 1, 2) q
        on q.key_id = e.key_id and q.day = e.day
      where coalesce(q.day, e.day) > (tollgate.at() at time zone 'utc')::date - 6
        and tollgate.add_usage_2(q.usage, null) <> tollgate.add_usage_2(e.usage, null)""";

  /// The entry of a call's last attempt. Others are marked as those of attempts, but for one that
  /// expired before anybody knew of the next.
  private static final String OWN =
      """
       and e.n = 0 and coalesce(e.reason, '') not like 'attempt\\_%'
        and not (e.kind = 1 and exists (select from tollgate.entry l
          where l.tenant_id = e.tenant_id and l.call_id = e.call_id and l.n = 0
            and (l.kind = 0 or l.reserved_at > e.reserved_at) and coalesce(l.reason, '') not like 'attempt\\_%'))
      """;

  /// A row of a call says what the first entry of its own hold says.
  private static final String CALLS =
      """
      select c.id::text, c.cost_nanos, coalesce(e.amount, 0) from tollgate.call c
      left join lateral (select sum(amount)::bigint as amount from tollgate.entry e
        where e.tenant_id = c.tenant_id and e.call_id = c.id"""
          + OWN
          + """
            ) e on true
          where c.tenant_id = ? and c.key_id is not null and c.cost_nanos is not null
            and c.cost_nanos is distinct from e.amount""";

  private static final String CALL_USAGE =
      """
      select c.id::text, (select sum(y) from unnest(c.usage) y)::bigint,
        (select sum(y) from unnest(e.usage) y)::bigint
      from tollgate.call c join tollgate.entry e on e.tenant_id = c.tenant_id and e.call_id = c.id"""
          + OWN
          + "where c.tenant_id = ? and c.usage <> e.usage";

  /// The shortest time for which rows of calls are kept is seven days.
  private static final String MISSING_CALLS =
      """
      select e.call_id::text, 0::bigint, e.amount from tollgate.entry e
      where e.tenant_id = ? and e.n = 0 and coalesce(e.reason, '') not like 'attempt\\_%'
        and e.day > (tollgate.at() at time zone 'utc')::date - 6
        and not exists (select 1 from tollgate.call c where c.tenant_id = e.tenant_id
          and c.day = tollgate.id_day(e.call_id) and c.id = e.call_id)""";

  private static final String OPENINGS =
      """
      select a.budget_id::text, a.opening, coalesce(o.amount, 0) from tollgate.account a
      left join tollgate.account_opening o on o.tenant_id = a.tenant_id and o.account_id = a.id
      where a.tenant_id = ? and a.opening <> coalesce(o.amount, 0)
      union all
      -- What a budget started from is what had been spent by the entries that do not count on it.
      select a.budget_id::text, a.opening, x.amount from tollgate.account a
      join tollgate.budget b on b.id = a.budget_id and b.scope <> 'business_unit'
      cross join lateral (select coalesce(sum(e.amount), 0)::bigint as amount from tollgate.entry e
        where e.tenant_id = a.tenant_id and e.reserved_at >= a.starts
          and (a.ends is null or e.reserved_at < a.ends) and not a.id = any(e.accounts)
          and e.at < a.opened_at
          and tollgate.model_counts(b.models, e.model)
          and case b.scope when 'tenant' then true when 'project' then e.project_id = b.scope_id
            when 'key' then e.key_id = b.scope_id else e.member_id = b.scope_id end) x
      where a.tenant_id = ? and a.opened_at is not null and a.opening <> x.amount
        -- Nobody can add up again what has left the database.
        and not exists (select from tollgate.archived_key m where m.tenant_id = a.tenant_id
          and m.month + interval '32 days' > a.starts and (a.ends is null or m.month < a.ends))""";

  private static final String DIGESTS =
      "select e.hold_id::text, e.n::bigint, 0::bigint from tollgate.entry e"
          + " where e.tenant_id = ? and e.digest is distinct from"
          + " tollgate.entry_digest(row(e.*)::tollgate.entry)"
          + " order by e.session_id, e.batch";

  private static final String TWICE =
      "select h.id::text, 0::bigint, 0::bigint from tollgate.hold h join tollgate.entry e"
          + " on e.tenant_id = h.tenant_id and e.day = tollgate.id_day(h.id) and e.hold_id = h.id"
          + " where h.tenant_id = ?";

  private final Database database;

  public PostgresLedgerVerifier(Database database) {
    this.database = database;
  }

  @Override
  public Report verify(TenantId tenant) {
    return database.asAuditor(
        connection -> verify(connection, List.of(tenant), Entries.IN_DATABASE));
  }

  /// Checks tenants as if nothing had been archived, on a session that has the view of
  /// [WholeBooks].
  static Report withArchive(Connection connection, List<TenantId> tenants) throws SQLException {
    return verify(connection, tenants, Entries.WITH_ARCHIVE);
  }

  /// Which entries are looked at.
  enum Entries {
    IN_DATABASE,
    WITH_ARCHIVE;

    /// A query over what is in the database, as one over these.
    String of(String sql) {
      return this == IN_DATABASE
          ? sql
          : sql.replaceAll("(from|join) tollgate\\.entry\\b", "$1 pg_temp.whole_entry")
              .replaceAll("tollgate\\.(archived_\\w+)", "(select * from tollgate.$1 where false)")
              .replace("b.archived", "0 as archived");
    }
  }

  private static Report verify(Connection connection, List<TenantId> tenants, Entries entries)
      throws SQLException {
    List<Violation> found = new ArrayList<>();
    long[] counts = new long[3];
    for (TenantId tenant : tenants) {
      Search search = new Search(connection, entries, tenant, found);
      search.findAll();
      counts[0] += search.count("account");
      counts[1] += search.count("entry");
      counts[2] += search.count("hold");
    }
    HashChains.check(connection, entries, found);
    return new Report(counts[0], counts[1], counts[2], found);
  }

  @Override
  public List<Violation> glance() {
    return database.asLedgerAtOneMoment(
        connection -> {
          List<Violation> found = new ArrayList<>();
          Search search = new Search(connection, Entries.IN_DATABASE, null, found);
          search.find(HELD, amounts("account_held", BUDGET));
          search.find(PEAK, amounts("account_over_limit", BUDGET));
          return found;
        });
  }

  private static final Function<UUID, Object> BUDGET = BudgetId::new;
  private static final Function<UUID, Object> KEY = KeyId::new;
  private static final Function<UUID, Object> CALL = CallId::new;
  private static final Function<UUID, Object> HOLD = HoldId::new;

  private interface Reading {
    Violation read(String subject, long kept, long expected);
  }

  private static Reading amounts(String check, Function<UUID, Object> id) {
    return (subject, kept, expected) ->
        new Violation(
            check,
            id.apply(UUID.fromString(subject)).toString(),
            "is " + new Money(kept).usd() + ", should be " + new Money(expected).usd());
  }

  private static Reading counts(String check, Function<UUID, Object> id) {
    return (subject, kept, expected) ->
        new Violation(
            check,
            id.apply(UUID.fromString(subject)).toString(),
            kept + " tokens, should be " + expected);
  }

  private static Reading plain(String check, Function<UUID, Object> id) {
    return (subject, number, _) ->
        new Violation(check, id.apply(UUID.fromString(subject)).toString(), "entry " + number);
  }

  private static Violation accountsOfOneWindow(String budget, long accounts, long expected) {
    return new Violation(
        "account_twice",
        BUDGET.apply(UUID.fromString(budget)).toString(),
        accounts + " accounts of one window, should be " + expected);
  }

  /// @param tenant what every parameter of a query stands for
  private record Search(
      Connection connection, Entries entries, @Nullable TenantId tenant, List<Violation> found) {
    void findAll() throws SQLException {
      find(HELD_OF_TENANT, amounts("account_held", BUDGET));
      find(PEAK_OF_TENANT, amounts("account_over_limit", BUDGET));
      find(WINDOWS, PostgresLedgerVerifier::accountsOfOneWindow);
      find(POSTED, amounts("account_posted", BUDGET));
      find(ROLL_UPS, amounts("roll_ups", KEY));
      find(OPENINGS, amounts("opening", BUDGET));
      find(ROLL_UP_USAGE, counts("roll_up_usage", KEY));
      find(CALL_USAGE, counts("call_usage", CALL));
      find(MISSING_CALLS, amounts("call_missing", CALL));
      find(CALLS, amounts("call_cost", CALL));
      find(TWICE, plain("hold_resolved_and_open", HOLD));
      find(DIGESTS, plain("entry_changed", HOLD));
    }

    void find(String sql, Reading reading) throws SQLException {
      String query = entries.of(sql) + " limit " + MOST;
      try (PreparedStatement select = connection.prepareStatement(query)) {
        bind(select);
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            found.add(reading.read(row.getString(1), row.getLong(2), row.getLong(3)));
          }
        }
      }
    }

    long count(String table) throws SQLException {
      String sql = "select count(*) from tollgate." + table + " where tenant_id = ?";
      try (PreparedStatement select = connection.prepareStatement(entries.of(sql))) {
        bind(select);
        try (ResultSet row = select.executeQuery()) {
          row.next();
          return row.getLong(1);
        }
      }
    }

    private void bind(PreparedStatement statement) throws SQLException {
      if (tenant != null) {
        for (int i = statement.getParameterMetaData().getParameterCount(); i > 0; i--) {
          statement.setObject(i, tenant.value());
        }
      }
    }
  }
}
