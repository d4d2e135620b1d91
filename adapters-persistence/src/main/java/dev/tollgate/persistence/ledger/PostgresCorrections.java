package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Corrections;
import dev.tollgate.domain.money.Money;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Pages;
import dev.tollgate.persistence.reporting.Arrays64;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Corrections in PostgreSQL. Each is a session of its own with one batch, so that its entries are
/// chained like all others.
public final class PostgresCorrections implements Corrections {
  private static final UUID FIRST = new UUID(0, 0);

  /// Corrections belong to no node.
  private static final int NO_NODE = 0;

  private final Database database;

  public PostgresCorrections(Database database) {
    this.database = database;
  }

  @Override
  public List<Settled> settled(
      TenantId tenant,
      String provider,
      String upstreamModel,
      Instant from,
      Instant to,
      @Nullable HoldId after,
      int most) {
    return database.asLedger(
        connection -> {
          List<Settled> found = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "select e.hold_id, e.call_id, e.project_id, e.reserved_at, e.service_tier,"
                      + " tollgate.sum_arrays(all_of.usage)::text as usage,"
                      + " sum(all_of.amount)::bigint as amount from tollgate.entry e"
                      + " join tollgate.entry all_of on all_of.tenant_id = e.tenant_id"
                      + " and all_of.day = e.day and all_of.hold_id = e.hold_id"
                      + " where e.tenant_id = ? and e.n = 0 and e.provider = ?"
                      // What was estimated has no usage to be priced again; the late truth has.
                      + " and (not e.estimated or exists (select 1 from tollgate.entry l"
                      + " where l.tenant_id = e.tenant_id and l.day = e.day"
                      + " and l.hold_id = e.hold_id and l.n > 0 and not l.estimated"
                      + " and l.reason = 'late truth'))"
                      + " and e.upstream_model = ? and e.reserved_at >= ? and e.reserved_at < ?"
                      + " and e.day >= ? and e.day <= ? and e.hold_id > ?"
                      + " group by e.tenant_id, e.day, e.hold_id, e.n order by e.hold_id"
                      + " limit ?")) {
            select.setObject(1, tenant.value());
            select.setString(2, provider);
            select.setString(3, upstreamModel);
            select.setObject(4, from.atOffset(ZoneOffset.UTC));
            select.setObject(5, to.atOffset(ZoneOffset.UTC));
            // The day is that of the node's clock when the hold was named.
            select.setObject(6, LocalDate.ofInstant(from, ZoneOffset.UTC).minusDays(1));
            select.setObject(7, LocalDate.ofInstant(to, ZoneOffset.UTC).plusDays(1));
            select.setObject(8, after == null ? FIRST : after.value());
            select.setInt(9, most);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                found.add(
                    new Settled(
                        new HoldId(row.getObject("hold_id", UUID.class)),
                        new CallId(row.getObject("call_id", UUID.class)),
                        new ProjectId(row.getObject("project_id", UUID.class)),
                        row.getTimestamp("reserved_at").toInstant(),
                        Arrays64.usage(row.getString("usage")),
                        new Money(row.getLong("amount")),
                        before(row.getString("service_tier")),
                        behind(row.getString("service_tier"))));
              }
            }
          }
          return found;
        });
  }

  /// The tier of `tier@region`.
  private static @Nullable String before(@Nullable String tier) {
    int at = tier == null ? -1 : tier.indexOf('@');
    return tier == null || at < 0 ? tier : at == 0 ? null : tier.substring(0, at);
  }

  /// The region of `tier@region`.
  private static @Nullable String behind(@Nullable String tier) {
    int at = tier == null ? -1 : tier.indexOf('@');
    return tier == null || at < 0 ? null : tier.substring(at + 1);
  }

  @Override
  public List<Estimate> estimates(
      TenantId tenant, EstimateFilter filter, @Nullable HoldId before, int most) {
    return database.asLedger(
        connection -> {
          List<Estimate> found = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  """
                  select e.hold_id, e.call_id, e.key_id, e.project_id, e.business_unit_id,
                    e.provider, e.upstream_model, e.reserved_at, e.amount, e.reason
                  from tollgate.entry e
                  where e.tenant_id = ? and e.n = 0 and e.estimated and e.amount > 0
                    and e.reserved_at >= ? and e.reserved_at < ? and e.day >= ? and e.day <= ?
                    and e.hold_id < ? and (?::text is null or e.provider = ?)
                    and (?::text is null or e.upstream_model = ?)
                    and (? or coalesce(e.reason, '') <> 'no_usage')
                    and not exists (select 1 from tollgate.entry l where l.tenant_id = e.tenant_id
                      and l.day = e.day and l.hold_id = e.hold_id and l.n > 0)
                  order by e.hold_id desc limit ?
                  """)) {
            select.setObject(1, tenant.value());
            select.setObject(2, filter.from().atOffset(ZoneOffset.UTC));
            select.setObject(3, filter.to().atOffset(ZoneOffset.UTC));
            select.setObject(4, LocalDate.ofInstant(filter.from(), ZoneOffset.UTC).minusDays(1));
            select.setObject(5, LocalDate.ofInstant(filter.to(), ZoneOffset.UTC).plusDays(1));
            select.setObject(6, Pages.before(before == null ? null : before.value()));
            select.setString(7, filter.provider());
            select.setString(8, filter.provider());
            select.setString(9, filter.upstreamModel());
            select.setString(10, filter.upstreamModel());
            select.setBoolean(11, filter.withComplete());
            select.setInt(12, most);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                found.add(estimate(row));
              }
            }
          }
          return found;
        });
  }

  private static Estimate estimate(ResultSet row) throws SQLException {
    return new Estimate(
        new HoldId(row.getObject("hold_id", UUID.class)),
        new CallId(row.getObject("call_id", UUID.class)),
        new KeyId(row.getObject("key_id", UUID.class)),
        new ProjectId(row.getObject("project_id", UUID.class)),
        new BusinessUnitId(row.getObject("business_unit_id", UUID.class)),
        row.getString("provider"),
        row.getString("upstream_model"),
        row.getTimestamp("reserved_at").toInstant(),
        new Money(row.getLong("amount")),
        row.getString("reason"));
  }

  @Override
  public void adjust(TenantId tenant, List<Target> targets, String reason) {
    boolean _ =
        database.asLedger(
            connection -> {
              long session = PostgresLedgerStore.openSession(connection, NO_NODE);
              try (PreparedStatement call =
                  connection.prepareStatement("select tollgate.adjust(?, 1, ?, ?, ?, ?, ?, ?)")) {
                call.setLong(1, session);
                call.setObject(2, tenant.value());
                call.setArray(3, array(connection, "uuid", targets, t -> t.hold().value()));
                call.setArray(
                    4,
                    array(
                        connection,
                        "date",
                        targets,
                        t -> LocalDate.ofEpochDay(Ids.epochDay(t.hold().value()))));
                call.setArray(5, array(connection, "int8", targets, t -> t.amount().nanos()));
                call.setArray(
                    6,
                    array(
                        connection,
                        "uuid",
                        targets,
                        t -> t.price() == null ? null : t.price().value()));
                call.setString(7, reason);
                try (ResultSet row = call.executeQuery()) {
                  return row.next();
                }
              }
            });
  }

  private static java.sql.Array array(
      Connection connection,
      String type,
      List<Target> targets,
      java.util.function.Function<Target, @Nullable Object> value)
      throws SQLException {
    return connection.createArrayOf(type, targets.stream().map(value).toArray());
  }
}
