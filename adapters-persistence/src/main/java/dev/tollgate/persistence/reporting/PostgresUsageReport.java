package dev.tollgate.persistence.reporting;

import static dev.tollgate.persistence.database.Rows.param;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.reporting.Histogram;
import dev.tollgate.domain.reporting.UsageQuery;
import dev.tollgate.domain.reporting.UsageQuery.Group;
import dev.tollgate.domain.reporting.UsageReport;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Adds up the roll-ups in PostgreSQL.
public final class PostgresUsageReport implements UsageReport {
  private static final int MOST_ROWS = 20_000;

  private final Database database;

  public PostgresUsageReport(Database database) {
    this.database = database;
  }

  @Override
  public List<Row> report(TenantId tenant, UsageQuery query) {
    List<String> groups = query.groups().stream().map(PostgresUsageReport::expression).toList();
    StringBuilder select = new StringBuilder("select ");
    for (int i = 0; i < groups.size(); i++) {
      select.append("cast(").append(groups.get(i)).append(" as text) as g").append(i).append(", ");
    }
    String by = groups.isEmpty() ? "" : " group by " + String.join(", ", groups);
    String order = groups.isEmpty() ? "" : " order by " + String.join(", ", groups);
    List<Object> params = new ArrayList<>();
    params.add(tenant.value());
    params.add(param(query.from()));
    params.add(param(query.to()));
    String where = "r.tenant_id = ? and r.bucket >= ? and r.bucket < ?";
    if (query.key() != null) {
      where += " and r.key_id = ?";
      params.add(query.key().value());
    }
    if (query.project() != null) {
      where += " and r.project_id = ?";
      params.add(query.project().value());
    }
    if (query.model() != null) {
      where += " and r.model = ?";
      params.add(query.model());
    }
    String sql =
        select
            + "sum(calls)::bigint as calls, sum(errors)::bigint as errors,"
            + " sum(cost_nanos)::bigint as cost,"
            + " tollgate.sum_arrays(usage)::text as usage,"
            + " tollgate.sum_arrays(latency)::text as latency,"
            + " tollgate.sum_arrays(first_token)::text as first_token from tollgate."
            + (query.needsMinutes() ? "usage_minute" : "usage_quarter")
            + " r"
            + joins(query.groups())
            + " where "
            + where
            + by
            + " having sum(calls) > 0"
            + order
            + " limit "
            + (MOST_ROWS + 1);
    List<Row> rows =
        database.inTenant(
            tenant,
            tx -> {
              var statement = tx.createQuery(sql);
              params.forEach(statement::addParam);
              return Rows.all(statement.execute(), row -> row(row, query));
            });
    if (rows.size() > MOST_ROWS) {
      throw new IllegalArgumentException(
          "the report has more than " + MOST_ROWS + " rows; ask for a shorter time or one group");
    }
    return rows;
  }

  private static String expression(Group group) {
    return switch (group) {
      case KEY -> "r.key_id";
      case PROJECT -> "r.project_id";
      case BUSINESS_UNIT -> "r.business_unit_id";
      case MEMBER -> "coalesce(k.owner_id::text, '')";
      case TAG -> "coalesce(t.tag, '')";
      case MODEL -> "r.model";
      case PROVIDER -> "r.provider";
      case MINUTE -> interval("1 minute");
      case HOUR -> interval("1 hour");
      case DAY -> interval("1 day");
      case MONTH ->
          "extract(epoch from date_trunc('month', bucket at time zone 'utc') at time zone"
              + " 'utc')::bigint";
    };
  }

  /// Owner and tags are those that the key has now; a key with two tags counts under both.
  private static String joins(List<Group> groups) {
    String joins = "";
    if (groups.contains(Group.MEMBER) || groups.contains(Group.TAG)) {
      joins += " left join tollgate.virtual_key k on k.tenant_id = r.tenant_id and k.id = r.key_id";
    }
    if (groups.contains(Group.TAG)) {
      joins += " left join lateral jsonb_array_elements_text(k.tags) t(tag) on true";
    }
    return joins;
  }

  private static String interval(String width) {
    return "extract(epoch from date_bin('" + width + "', bucket, 'epoch'))::bigint";
  }

  private static Row row(DbRow row, UsageQuery query) {
    List<String> groups = new ArrayList<>();
    for (int i = 0; i < query.groups().size(); i++) {
      groups.add(value(query.groups().get(i), Rows.text(row, "g" + i)));
    }
    return new Row(
        groups,
        Rows.number(row, "calls"),
        Rows.number(row, "errors"),
        Arrays64.usage(Rows.text(row, "usage")),
        new Money(Rows.number(row, "cost")),
        percentiles(Rows.text(row, "latency")),
        percentiles(Rows.text(row, "first_token")));
  }

  private static Percentiles percentiles(String histogram) {
    long[] counts = Arrays64.parse(histogram);
    return new Percentiles(
        Histogram.percentileMillis(counts, 50), Histogram.percentileMillis(counts, 95));
  }

  private static String value(Group group, String text) {
    return switch (group) {
      case KEY -> isNone(text) ? "" : new KeyId(UUID.fromString(text)).toString();
      case PROJECT -> isNone(text) ? "" : new ProjectId(UUID.fromString(text)).toString();
      case BUSINESS_UNIT ->
          isNone(text) ? "" : new BusinessUnitId(UUID.fromString(text)).toString();
      case MEMBER -> text.isEmpty() ? "" : new MemberId(UUID.fromString(text)).toString();
      case MODEL, PROVIDER, TAG -> text;
      case MINUTE, HOUR, DAY, MONTH -> Instant.ofEpochSecond(Long.parseLong(text)).toString();
    };
  }

  private static boolean isNone(String uuid) {
    return new UUID(0, 0).toString().equals(uuid);
  }
}
