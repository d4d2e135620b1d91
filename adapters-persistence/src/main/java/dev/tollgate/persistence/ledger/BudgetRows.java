package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.BudgetId;
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
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Rows of `tollgate.budget`.
final class BudgetRows {
  private BudgetRows() {}

  static Budget budget(ResultSet row) throws SQLException {
    Timestamp until = row.getTimestamp("raise_until");
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
        until == null
            ? null
            : new Budget.Raise(new Money(row.getLong("raise_to")), until.toInstant()),
        thresholds,
        told == null ? List.of() : told,
        row.getTimestamp("created_at").toInstant());
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
