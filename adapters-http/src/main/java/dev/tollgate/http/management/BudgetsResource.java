package dev.tollgate.http.management;

import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.money.Money;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.time.Instant;
import java.util.UUID;
import java.util.function.ToIntFunction;

/// `/api/v1/budgets`.
public final class BudgetsResource implements HttpService {
  private final Api api;
  private final Budgets budgets;
  private final SetBudget setBudget;
  private final ToIntFunction<Budget> unheld;

  /// @param unheld how many calls run here without a hold although a budget counts them
  public BudgetsResource(
      Api api, Budgets budgets, SetBudget setBudget, ToIntFunction<Budget> unheld) {
    this.unheld = unheld;
    this.api = api;
    this.budgets = budgets;
    this.setBudget = setBudget;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", api.handler(this::list))
        .put("/", api.handler(this::put))
        .get("/{id}", api.handler(this::get))
        .delete("/{id}", api.handler(this::remove))
        .post("/{id}/raises", api.handler(this::raise))
        .delete("/{id}/raises/{raise}", api.handler(this::endRaise));
  }

  private Answer list(Call call) {
    String kind = call.query("scope");
    String id = call.query("scope_id");
    Scope scope = kind == null ? null : Scope.parse(kind);
    if (id != null && scope == null) {
      throw Problem.invalid("scope", "scope is required with scope_id.");
    }
    UUID scopeId = id == null || scope == null ? null : BudgetForm.scopeId(scope, id);
    return Answer.ok(
        Cursors.page(
            budgets.list(call.tenant(), scope, scopeId, Cursors.cursor(call), Cursors.limit(call)),
            BudgetForm::json));
  }

  private Answer put(Call call) {
    Fields fields = call.fields();
    Scope scope = fields.parsed("scope", Scope::parse);
    UUID scopeId =
        scope == Scope.TENANT && fields.isNull("scope_id")
            ? call.tenant().value()
            : fields.parsed("scope_id", text -> BudgetForm.scopeId(scope, text));
    if (scope == Scope.MEMBER) {
      // There are no members yet whose id it could be.
      throw Problem.invalid("scope_id", "There is no such member.");
    }
    return setBudget
        .set(BudgetForm.read(fields, call.tenant(), scope, scopeId))
        .map(
            state ->
                Answer.ok(
                    BudgetForm.json(state).put("unheld_calls", unheld.applyAsInt(state.budget()))))
        .orElseThrow(() -> Problem.invalid("scope_id", "There is no such " + scope.wire() + "."));
  }

  private Answer get(Call call) {
    return budgets
        .find(call.tenant(), id(call))
        .map(state -> Answer.ok(BudgetForm.json(state)))
        .orElseThrow(() -> Problem.notFound("budget"));
  }

  private Answer remove(Call call) {
    if (!setBudget.remove(call.tenant(), id(call))) {
      throw Problem.notFound("budget");
    }
    return new Answer(204, null, null);
  }

  private Answer raise(Call call) {
    Fields fields = call.fields();
    Money amount = fields.parsed("amount", BudgetForm::amount);
    Instant from = fields.timeOrNull("from");
    Instant until = fields.timeOrNull("until");
    String reason = fields.textOrNull("reason");
    fields.done();
    return setBudget
        .raise(call.tenant(), id(call), amount, from, until, reason == null ? "" : reason)
        .map(state -> new Answer(201, BudgetForm.json(state), null))
        .orElseThrow(() -> Problem.notFound("budget"));
  }

  private Answer endRaise(Call call) {
    RaiseId raise = call.id("raise", RaiseId::parse, "raise");
    if (!setBudget.endRaise(call.tenant(), id(call), raise)) {
      throw Problem.notFound("raise");
    }
    return new Answer(204, null, null);
  }

  private static BudgetId id(Call call) {
    return call.id(BudgetId::parse, "budget");
  }
}
