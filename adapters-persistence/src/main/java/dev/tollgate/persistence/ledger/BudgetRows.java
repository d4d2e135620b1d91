package dev.tollgate.persistence.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Rows of `tollgate.budget`, which both roles read and write as JSON.
final class BudgetRows {
  /// A budget `b` with its raises, oldest first, as JSON.
  static final String COLUMN =
      """
      jsonb_set(to_jsonb(b), '{raises}', (select coalesce(jsonb_agg(to_jsonb(r)
          order by r.starts, r.id), '[]')
        from tollgate.raise r where r.tenant_id = b.tenant_id and r.budget_id = b.id
          and not r.retired))::text as budget\
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  private BudgetRows() {}

  static Budget budget(String json) {
    try {
      JsonNode row = JSON.readTree(json);
      List<Integer> thresholds = new ArrayList<>();
      row.path("thresholds").forEach(each -> thresholds.add(each.asInt()));
      List<String> told = texts(row.path("notify"));
      List<Budget.Raise> raises = new ArrayList<>();
      row.path("raises").forEach(each -> raises.add(raise(each)));
      return new Budget(
          new BudgetId(uuid(row, "id")),
          new TenantId(uuid(row, "tenant_id")),
          new ScopeRef(Scope.parse(row.path("scope").asText()), uuid(row, "scope_id")),
          texts(row.path("models")),
          Window.parse(row.path("time_window").asText()),
          Policy.parse(row.path("policy").asText()),
          new Money(row.path("limit_nanos").asLong()),
          raises,
          thresholds,
          told == null ? List.of() : told,
          time(row, "created_at"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored JSON cannot be read", e);
    }
  }

  private static Budget.Raise raise(JsonNode row) {
    return new Budget.Raise(
        new RaiseId(uuid(row, "id")),
        new Money(row.path("amount").asLong()),
        time(row, "starts"),
        row.hasNonNull("ends") ? time(row, "ends") : null,
        row.path("reason").asText(),
        row.path("origin").asText());
  }

  /// Budgets as the columns that `set_budgets_2` takes.
  static String json(List<Budget> budgets) {
    ArrayNode rows = JSON.createArrayNode();
    for (Budget budget : budgets) {
      ObjectNode row = rows.addObject();
      row.put("id", budget.id().value().toString());
      row.put("scope", budget.scope().kind().wire());
      row.put("scope_id", budget.scope().value().toString());
      row.set("models", budget.models() == null ? null : JSON.valueToTree(budget.models()));
      row.put("time_window", budget.window().wire());
      row.put("policy", budget.policy().wire());
      row.put("limit_nanos", budget.limit().nanos());
      Budget.Raise raise = budget.ownRaise();
      if (raise != null && raise.until() != null) {
        row.put("raise_to", budget.limit().plusAtMost(raise.amount()).nanos());
        row.put("raise_until", raise.until().toString());
      }
      row.set("thresholds", JSON.valueToTree(budget.thresholds()));
      row.set("notify", JSON.valueToTree(budget.told()));
      row.put("created_at", budget.createdAt().toString());
    }
    return rows.toString();
  }

  private static UUID uuid(JsonNode row, String column) {
    return UUID.fromString(row.path(column).asText());
  }

  private static Instant time(JsonNode row, String column) {
    return OffsetDateTime.parse(row.path(column).asText()).toInstant();
  }

  private static @Nullable List<String> texts(JsonNode array) {
    if (!array.isArray()) {
      return null;
    }
    List<String> texts = new ArrayList<>();
    array.forEach(each -> texts.add(each.asText()));
    return texts;
  }
}
