package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A budget as JSON: the same form for `/budgets` and for the budget of a key.
final class BudgetForm {
  private BudgetForm() {}

  /// Reads the form; `scope` and `scope_id` are known already.
  static SetBudget.Command read(Fields fields, TenantId tenant, Scope scope, UUID scopeId) {
    List<String> models = fields.listOrNull("models", text -> text);
    Window window = fields.parsedOrNull("window", Window::parse);
    Policy policy = fields.parsedOrNull("policy", Policy::parse);
    Money limit = fields.parsed("limit", BudgetForm::amount);
    List<Integer> thresholds = fields.numbersOrNull("thresholds");
    List<String> told = fields.listOrNull("notify", text -> text);
    SetBudget.RaiseTo raise = raise(fields);
    fields.done();
    return new SetBudget.Command(
        tenant,
        scope,
        scopeId,
        models,
        window == null ? Window.MONTH : window,
        policy == null ? Policy.REFUSE : policy,
        limit,
        raise,
        thresholds == null ? Budget.USUAL_THRESHOLDS : thresholds,
        told == null ? List.of() : told);
  }

  private static SetBudget.@Nullable RaiseTo raise(Fields fields) {
    if (fields.isNull("raise")) {
      return null;
    }
    Fields raise = fields.object("raise");
    Money to = raise.parsed("to", BudgetForm::amount);
    Instant until = raise.parsed("until", Fields::time);
    raise.done();
    return new SetBudget.RaiseTo(to, until);
  }

  static Money amount(String text) {
    Money amount = Money.parseUsd(text);
    if (amount.nanos() < 0) {
      throw new IllegalArgumentException("must not be negative");
    }
    return amount;
  }

  static UUID scopeId(Scope scope, String text) {
    return switch (scope) {
      case TENANT -> TenantId.parse(text).value();
      case BUSINESS_UNIT -> BusinessUnitId.parse(text).value();
      case PROJECT -> ProjectId.parse(text).value();
      case MEMBER -> MemberId.parse(text).value();
      case KEY -> KeyId.parse(text).value();
    };
  }

  private static String scopeId(Scope scope, UUID id) {
    return switch (scope) {
      case TENANT -> new TenantId(id).toString();
      case BUSINESS_UNIT -> new BusinessUnitId(id).toString();
      case PROJECT -> new ProjectId(id).toString();
      case MEMBER -> new MemberId(id).toString();
      case KEY -> new KeyId(id).toString();
    };
  }

  static ObjectNode json(Budgets.State state) {
    Budget budget = state.budget();
    Balance balance = state.balance();
    ObjectNode node = Json.object();
    node.put("id", budget.id().toString());
    node.put("scope", budget.scope().wire());
    node.put("scope_id", scopeId(budget.scope(), budget.scopeId()));
    node.set("models", Json.strings(budget.models()));
    node.put("window", budget.window().wire());
    node.put("window_start", balance.start().toString());
    node.put("resets_at", Json.time(balance.end()));
    node.put("policy", budget.policy().wire());
    node.put("limit", balance.limit().usd());
    node.put("settled", balance.posted().usd());
    node.put("held", balance.held().usd());
    node.put("remaining", balance.free().usd());
    Budget.Raise own = budget.ownRaise();
    if (own == null || own.until() == null) {
      node.putNull("raise");
    } else {
      node.putObject("raise")
          .put("to", budget.limit().plusAtMost(own.amount()).usd())
          .put("until", own.until().toString());
    }
    ArrayNode raises = node.putArray("raises");
    for (Budget.Raise raise : budget.raises()) {
      raises
          .addObject()
          .put("id", raise.id().toString())
          .put("amount", raise.amount().usd())
          .put("from", raise.from().toString())
          .put("until", Json.time(raise.until()))
          .put("reason", raise.reason())
          .put("origin", raise.origin());
    }
    node.put("usual_limit", budget.limit().usd());
    ArrayNode thresholds = node.putArray("thresholds");
    budget.thresholds().forEach(thresholds::add);
    node.set("notify", Json.strings(budget.told()));
    node.put("created_at", budget.createdAt().toString());
    return node;
  }
}
