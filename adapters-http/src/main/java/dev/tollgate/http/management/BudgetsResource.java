package dev.tollgate.http.management;

import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.UUID;

/// `/api/v1/budgets`.
public final class BudgetsResource implements HttpService {
  private final Api api;
  private final Budgets budgets;
  private final SetBudget setBudget;

  public BudgetsResource(Api api, Budgets budgets, SetBudget setBudget) {
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
        .delete("/{id}", api.handler(this::remove));
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
    return setBudget
        .set(BudgetForm.read(fields, call.tenant(), scope, scopeId))
        .map(state -> Answer.ok(BudgetForm.json(state)))
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

  private static BudgetId id(Call call) {
    return call.id(BudgetId::parse, "budget");
  }
}
