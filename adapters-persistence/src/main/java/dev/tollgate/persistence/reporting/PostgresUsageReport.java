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
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
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

  /// Quarters of an hour: the roll-ups, those that were folded into days, and what is not carried
  /// over yet.
  private static final String QUARTERS =
      """
      (select b.bucket, d.project_id, d.key_id, d.business_unit_id, d.owner_id, d.tags, d.model,
         d.provider, b.calls, b.errors, b.usage, b.cost_nanos, b.estimated_nanos,
         tollgate.counts(t.latency) as latency, tollgate.counts(t.first_token) as first_token
       from tollgate.usage_bucket b
       join tollgate.dimension d on d.tenant_id = b.tenant_id and d.id = b.dimension_id
       left join tollgate.usage_times t on t.tenant_id = b.tenant_id and t.bucket = b.bucket
         and t.dimension_id = b.dimension_id and t.node = b.node
       where b.tenant_id = ? and b.bucket >= ? and b.bucket < ?
       union all
       select f.bucket, d.project_id, d.key_id, d.business_unit_id, d.owner_id, d.tags, d.model,
         d.provider, f.calls, f.errors, f.usage, f.cost_nanos, f.estimated_nanos,
         tollgate.counts(f.latency), tollgate.counts(f.first_token)
       from tollgate.usage_day f
       join tollgate.dimension d on d.tenant_id = f.tenant_id and d.id = f.dimension_id
       where f.tenant_id = ? and f.bucket >= ? and f.bucket < ?
       union all
       select q.bucket, q.project_id, q.key_id, q.business_unit_id, k.owner_id,
         coalesce(k.tags, '[]'), q.model, q.provider, q.calls, q.errors, q.usage, q.cost_nanos, 0,
         q.latency, q.first_token
       from tollgate.usage_quarter q
       left join tollgate.virtual_key k on k.tenant_id = q.tenant_id and k.id = q.key_id
       where not q.carried and q.tenant_id = ? and q.bucket >= ? and q.bucket < ?) r
      """;

  private static final int QUARTERS_SOURCES = 3;

  private static final String QUARTERS_TIMES =
      "coalesce(tollgate.sum_arrays(latency), '{0}')::text as latency,"
          + " coalesce(tollgate.sum_arrays(first_token), '{0}')::text as first_token";

  /// Minutes: the calls themselves, of the days that hold the span. What nodes of the version
  /// before wrote has no dimension; it is that of its row, and the owner is the key's of then.
  private static final String MINUTES =
      """
      (select date_bin('1 minute', coalesce(e.reserved_at, c.started_at), 'epoch') as bucket,
         coalesce(d.project_id, c.project_id, '00000000-0000-0000-0000-000000000000') as project_id,
         coalesce(d.key_id, c.key_id, '00000000-0000-0000-0000-000000000000') as key_id,
         coalesce(d.business_unit_id, c.business_unit_id, '00000000-0000-0000-0000-000000000000')
           as business_unit_id,
         coalesce(d.owner_id, c.member_id) as owner_id, coalesce(d.tags, c.tags, '[]') as tags,
         coalesce(d.model, case when c.provider is null then '' else c.model end, '') as model,
         coalesce(d.provider, c.provider, '') as provider,
         n.times as calls, case when c.error_code is null then 0 else n.times end as errors,
         c.usage,
         coalesce(e.amount, c.cost_nanos, 0) as cost_nanos,
         case when c.estimated then coalesce(e.amount, c.cost_nanos, 0) else 0 end
           as estimated_nanos,
         c.latency_micros, nullif(c.first_token_micros, -1) as first_token_micros
       from tollgate.call c
       left join tollgate.dimension d on d.tenant_id = c.tenant_id and d.id = c.dimension_id
       left join lateral (select min(e.reserved_at) as reserved_at, sum(e.amount)::bigint as amount
         from tollgate.entry e where e.tenant_id = c.tenant_id and e.call_id = c.id) e on true
       -- Refused calls that repeat share a row.
       cross join lateral (select coalesce((c.details->>'times')::bigint, 1) as times) n
       where c.tenant_id = ? and c.day between ? and ?) r
      """;

  private static final String MINUTES_TIMES =
      "coalesce(percentile_disc(array[0.5, 0.95]) within group (order by latency_micros),"
          + " '{0,0}')::text as latency,"
          + " coalesce(percentile_disc(array[0.5, 0.95]) within group"
          + " (order by first_token_micros), '{0,0}')::text as first_token";

  @Override
  public List<Row> report(TenantId tenant, UsageQuery query) {
    List<String> groups = query.groups().stream().map(PostgresUsageReport::expression).toList();
    StringBuilder select = new StringBuilder("select ");
    for (int i = 0; i < groups.size(); i++) {
      select.append("cast(").append(groups.get(i)).append(" as text) as g").append(i).append(", ");
    }
    String by = groups.isEmpty() ? "" : " group by " + String.join(", ", groups);
    String order = groups.isEmpty() ? "" : " order by " + String.join(", ", groups);
    boolean minutes = query.needsMinutes();
    List<Object> params = spans(tenant, query, minutes);
    String where = "r.bucket >= ? and r.bucket < ?";
    params.add(param(query.from()));
    params.add(param(query.to()));
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
            + " sum(cost_nanos)::bigint as cost, sum(estimated_nanos)::bigint as estimated,"
            + " tollgate.sum_arrays(usage)::text as usage, "
            + (minutes ? MINUTES_TIMES : QUARTERS_TIMES)
            + " from "
            + (minutes ? MINUTES : QUARTERS)
            + (query.groups().contains(Group.TAG)
                ? " left join lateral jsonb_array_elements_text(r.tags) t(tag) on true"
                : "")
            + " where "
            + where
            + by
            + " having sum(calls) > 0"
            + order
            + " limit "
            + (MOST_ROWS + 1);
    List<Row> rows =
        database.inReports(
            tenant,
            tx -> {
              // What is known of a young table is out of date: a loop over all rows for each row
              // would
              // look cheap.
              Rows.one(tx.query("select set_config('enable_nestloop', 'off', true)"), row -> row);
              var statement = tx.createQuery(sql);
              params.forEach(statement::addParam);
              return Rows.all(statement.execute(), row -> row(row, query, minutes));
            });
    if (rows.size() > MOST_ROWS) {
      throw BrokenRule.of(
          "group_by",
          "gives more than " + MOST_ROWS + " rows; ask for a shorter time or one group");
    }
    return rows;
  }

  /// What the sources ask for, before the conditions on all of them.
  private static List<Object> spans(TenantId tenant, UsageQuery query, boolean minutes) {
    if (minutes) {
      // The day is that of the clock of the node that named the call.
      return new ArrayList<>(
          List.of(
              tenant.value(),
              LocalDate.ofInstant(query.from(), ZoneOffset.UTC).minusDays(1),
              LocalDate.ofInstant(query.to(), ZoneOffset.UTC).plusDays(1)));
    }
    List<Object> params = new ArrayList<>();
    for (int i = 0; i < QUARTERS_SOURCES; i++) {
      params.add(tenant.value());
      params.add(param(query.from()));
      params.add(param(query.to()));
    }
    return params;
  }

  /// Every part of a group is that of the call when it was made; one with two tags counts under
  /// both.
  private static String expression(Group group) {
    return switch (group) {
      case KEY -> "r.key_id";
      case PROJECT -> "r.project_id";
      case BUSINESS_UNIT -> "r.business_unit_id";
      case MEMBER -> "coalesce(r.owner_id::text, '')";
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

  private static String interval(String width) {
    return "extract(epoch from date_bin('" + width + "', bucket, 'epoch'))::bigint";
  }

  private static Row row(DbRow row, UsageQuery query, boolean minutes) {
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
        new Money(Rows.number(row, "estimated")),
        percentiles(Rows.text(row, "latency"), minutes),
        percentiles(Rows.text(row, "first_token"), minutes));
  }

  /// @param asTimes whether the numbers are the two percentiles in microseconds, not a histogram
  private static Percentiles percentiles(String numbers, boolean asTimes) {
    long[] counts = Arrays64.parse(numbers);
    return asTimes
        ? new Percentiles(Histogram.upperMillis(counts[0]), Histogram.upperMillis(counts[1]))
        : new Percentiles(
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
