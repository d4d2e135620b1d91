package dev.tollgate.persistence.reporting;

import static dev.tollgate.persistence.database.Rows.param;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.CallRecord.Course;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.reporting.CallFilter;
import dev.tollgate.domain.reporting.CallHistory;
import dev.tollgate.domain.reporting.CallView;
import dev.tollgate.domain.reporting.StatusFilter;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Pages;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Committed calls in PostgreSQL. Every query names the days it looks at, so only their partitions
/// are read.
public final class PostgresCallHistory implements CallHistory {
  private static final int EXPORT_PAGE = 500;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String COLUMNS =
      "id, started_at, key_id, project_id, business_unit_id, member_id, endpoint, model,"
          + " provider, upstream_model, service_tier, attempts, stream, status, error_code,"
          // What a call cost is what its entries say, corrections included.
          + " usage::text as usage, coalesce((select sum(e.amount)::bigint from tollgate.entry e"
          + " where e.tenant_id = call.tenant_id and e.call_id = call.id), cost_nanos)"
          + " as cost_nanos, price_id,"
          // So is what an attempt before the last one was posted at.
          + " estimated or exists (select 1 from tollgate.entry e where e.tenant_id = call.tenant_id"
          + " and e.call_id = call.id and e.estimated and e.reason like 'attempt\\_%') as estimated,"
          + " latency_micros,"
          + " first_token_micros, overhead_micros, tags::text as tags, client_address,"
          + " user_agent, sdk, session, caller_user, metadata, details::text as details";

  private final Database database;

  public PostgresCallHistory(Database database) {
    this.database = database;
  }

  @Override
  public Page<CallView> list(TenantId tenant, CallFilter filter, @Nullable UUID cursor, int limit) {
    return Pages.of(query(tenant, filter, cursor, limit + 1), limit, call -> call.id().value());
  }

  @Override
  public Optional<CallView> find(TenantId tenant, CallId id) {
    return database.inReports(
        tenant,
        tx ->
            Rows.one(
                tx.createQuery(
                        "select "
                            + COLUMNS
                            + " from tollgate.call"
                            + " where tenant_id = ? and day = ? and id = ?")
                    .addParam(tenant.value())
                    .addParam(LocalDate.ofEpochDay(Ids.epochDay(id.value())))
                    .addParam(id.value())
                    .execute(),
                PostgresCallHistory::call));
  }

  @Override
  public Optional<CapturedContent> content(TenantId tenant, CallId id) {
    return database.inReports(
        tenant,
        tx ->
            Rows.one(
                tx.createQuery(
                        "select retention_days, request, response, truncated"
                            + " from tollgate.call_content"
                            + " where tenant_id = ? and day = ? and call_id = ?")
                    .addParam(tenant.value())
                    .addParam(LocalDate.ofEpochDay(Ids.epochDay(id.value())))
                    .addParam(id.value())
                    .execute(),
                row ->
                    new CapturedContent(
                        id,
                        tenant,
                        Retention.ofDays((int) Rows.number(row, "retention_days")),
                        Rows.bytes(row, "request"),
                        Rows.bytes(row, "response"),
                        Rows.flag(row, "truncated"))));
  }

  @Override
  public void export(TenantId tenant, CallFilter filter, Consumer<CallView> each) {
    UUID cursor = null;
    List<CallView> page;
    do {
      page = query(tenant, filter, cursor, EXPORT_PAGE);
      page.forEach(each);
      if (!page.isEmpty()) {
        cursor = page.getLast().id().value();
      }
    } while (page.size() == EXPORT_PAGE);
  }

  private List<CallView> query(
      TenantId tenant, CallFilter filter, @Nullable UUID cursor, int rows) {
    List<Object> params = new ArrayList<>();
    StringBuilder where = new StringBuilder("tenant_id = ? and day >= ? and day <= ?");
    params.add(tenant.value());
    params.add(day(filter.from()));
    params.add(cursor == null ? day(filter.to()) : LocalDate.ofEpochDay(Ids.epochDay(cursor)));
    add(where, params, " and started_at >= ?", param(filter.from()));
    add(where, params, " and started_at < ?", param(filter.to()));
    add(where, params, " and id < ?", Pages.before(cursor));
    add(where, params, " and key_id = ?", uuid(filter.key(), KeyId::value));
    add(where, params, " and project_id = ?", uuid(filter.project(), ProjectId::value));
    add(where, params, " and member_id = ?", uuid(filter.member(), MemberId::value));
    add(where, params, " and model = ?", filter.model());
    add(where, params, " and error_code = ?", filter.errorCode());
    Money minCost = filter.minCost();
    add(where, params, " and cost_nanos >= ?", minCost == null ? null : minCost.nanos());
    Long millis = filter.minLatencyMillis();
    add(where, params, " and latency_micros >= ?", millis == null ? null : millis * 1_000);
    String tag = filter.tag();
    add(where, params, " and tags @> jsonb_build_array(cast(? as text))", tag);
    switch (filter.status()) {
      case StatusFilter.Ok _ -> where.append(" and error_code is null");
      case StatusFilter.Failed _ -> where.append(" and error_code is not null");
      case StatusFilter.Exactly(int status) -> add(where, params, " and status = ?", status);
      case null -> {
        // All of them.
      }
    }
    String sql =
        "select "
            + COLUMNS
            + " from tollgate.call where "
            + where
            + " order by day desc, id desc limit "
            + rows;
    return database.inReports(
        tenant,
        tx -> {
          var statement = tx.createQuery(sql);
          params.forEach(statement::addParam);
          return Rows.all(statement.execute(), PostgresCallHistory::call);
        });
  }

  private static void add(
      StringBuilder where, List<Object> params, String condition, @Nullable Object value) {
    if (value != null) {
      where.append(condition);
      params.add(value);
    }
  }

  private static <T> @Nullable UUID uuid(@Nullable T id, Function<T, UUID> value) {
    return id == null ? null : value.apply(id);
  }

  private static LocalDate day(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC);
  }

  private static CallView call(DbRow row) {
    Long cost = Rows.numberOrNull(row, "cost_nanos");
    return new CallView(
        new CallId(Rows.uuid(row, "id")),
        holder(row),
        course(row),
        new CallView.Charge(
            Arrays64.usage(Rows.text(row, "usage")),
            cost == null ? null : new Money(cost),
            id(row, "price_id", PriceId::new),
            Rows.flag(row, "estimated")),
        new ClientInfo(
            Rows.textOrNull(row, "client_address"),
            Rows.textOrNull(row, "user_agent"),
            Rows.textOrNull(row, "sdk"),
            Rows.textOrNull(row, "session"),
            Rows.textOrNull(row, "caller_user"),
            Rows.textOrNull(row, "metadata")),
        Rows.textOrNull(row, "details"));
  }

  private static CallView.@Nullable Holder holder(DbRow row) {
    UUID key = Rows.uuidOrNull(row, "key_id");
    return key == null
        ? null
        : new CallView.Holder(
            new KeyId(key),
            new ProjectId(Rows.uuid(row, "project_id")),
            new BusinessUnitId(Rows.uuid(row, "business_unit_id")),
            id(row, "member_id", MemberId::new),
            tags(Rows.textOrNull(row, "tags")));
  }

  private static Course course(DbRow row) {
    long firstToken = Rows.number(row, "first_token_micros");
    return new Course(
        new CallRecord.Asked(
            Endpoint.parse(Rows.text(row, "endpoint")),
            Rows.textOrNull(row, "model"),
            Rows.flag(row, "stream")),
        served(row),
        new CallRecord.Outcome(
            (int) Rows.number(row, "attempts"),
            (int) Rows.number(row, "status"),
            Rows.textOrNull(row, "error_code")),
        new CallRecord.Timing(
            Rows.time(row, "started_at"),
            Rows.number(row, "latency_micros"),
            firstToken < 0 ? OptionalLong.empty() : OptionalLong.of(firstToken),
            Rows.number(row, "overhead_micros")));
  }

  /// The tier is kept with the region behind it, `flex@eu`, where the provider named one.
  private static CallRecord.@Nullable Served served(DbRow row) {
    String provider = Rows.textOrNull(row, "provider");
    if (provider == null) {
      return null;
    }
    String tier = Rows.textOrNull(row, "service_tier");
    int at = tier == null ? -1 : tier.indexOf('@');
    return new CallRecord.Served(
        provider,
        Rows.text(row, "upstream_model"),
        tier == null || at == 0 ? null : at < 0 ? tier : tier.substring(0, at),
        tier == null || at < 0 ? null : tier.substring(at + 1));
  }

  private static <T> @Nullable T id(DbRow row, String column, Function<UUID, T> make) {
    UUID value = Rows.uuidOrNull(row, column);
    return value == null ? null : make.apply(value);
  }

  private static List<String> tags(@Nullable String json) {
    if (json == null) {
      return List.of();
    }
    try {
      List<String> tags = new ArrayList<>();
      JSON.readTree(json).forEach(tag -> tags.add(tag.asText()));
      return tags;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored JSON cannot be read", e);
    }
  }
}
