package dev.tollgate.persistence.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Rows of `tollgate.budget`.
final class BudgetRows {
  /// The raises of a budget `b`, as JSON, oldest first.
  static final String RAISES =
      "(select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'amount', r.amount, 'from',"
          + " extract(epoch from r.starts) * 1000000, 'until', extract(epoch from r.ends) * 1000000,"
          + " 'reason', r.reason, 'origin', r.origin) order by r.starts, r.id), '[]')::text"
          + " from tollgate.raise r where r.tenant_id = b.tenant_id and r.budget_id = b.id"
          + " and not r.retired) as raises";

  private static final ObjectMapper JSON = new ObjectMapper();

  private BudgetRows() {}

  static Budget budget(ResultSet row) throws SQLException {
    List<Integer> thresholds = new ArrayList<>();
    for (Object percent : (Object[]) row.getArray("thresholds").getArray()) {
      thresholds.add(((Number) percent).intValue());
    }
    List<String> told = texts(row.getArray("notify"));
    return new Budget(
        new BudgetId(row.getObject("id", UUID.class)),
        new TenantId(row.getObject("tenant_id", UUID.class)),
        Scope.parse(row.getString("scope")),
        row.getObject("scope_id", UUID.class),
        texts(row.getArray("models")),
        Window.parse(row.getString("time_window")),
        Policy.parse(row.getString("policy")),
        new Money(row.getLong("limit_nanos")),
        raises(row.getString("raises")),
        thresholds,
        told == null ? List.of() : told,
        row.getTimestamp("created_at").toInstant());
  }

  private static List<Budget.Raise> raises(String json) {
    try {
      List<Budget.Raise> raises = new ArrayList<>();
      for (JsonNode each : JSON.readTree(json)) {
        raises.add(
            new Budget.Raise(
                new RaiseId(UUID.fromString(each.path("id").asText())),
                new Money(each.path("amount").asLong()),
                time(each.path("from")),
                each.hasNonNull("until") ? time(each.get("until")) : null,
                each.path("reason").asText(),
                each.path("origin").asText()));
      }
      return raises;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored JSON cannot be read", e);
    }
  }

  private static Instant time(JsonNode micros) {
    return Instant.EPOCH.plus(micros.decimalValue().longValue(), ChronoUnit.MICROS);
  }

  /// An account with its budget, as `tollgate.account` has it.
  static Balance balance(ResultSet row) throws SQLException {
    Timestamp ends = row.getTimestamp("ends");
    return new Balance(
        new BudgetId(row.getObject("budget_id", UUID.class)),
        row.getTimestamp("starts").toInstant(),
        ends == null ? null : ends.toInstant(),
        row.getBoolean("hard"),
        new Money(row.getLong("limit_nanos")),
        new Money(row.getLong("posted")),
        new Money(row.getLong("held")),
        row.getLong("version"));
  }

  private static @Nullable List<String> texts(@Nullable Array array) throws SQLException {
    return array == null ? null : List.of((String[]) array.getArray());
  }
}
