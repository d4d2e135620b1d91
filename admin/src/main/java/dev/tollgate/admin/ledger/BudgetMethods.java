package dev.tollgate.admin.ledger;

import com.google.protobuf.Empty;
import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.application.ledger.AddRaise;
import dev.tollgate.application.ledger.EndRaise;
import dev.tollgate.application.ledger.GetBudget;
import dev.tollgate.application.ledger.ListBudgets;
import dev.tollgate.application.ledger.ListRaises;
import dev.tollgate.application.ledger.RemoveBudget;
import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.v1.AddRaiseRequest;
import dev.tollgate.proto.v1.Budget;
import dev.tollgate.proto.v1.BudgetServiceGrpc;
import dev.tollgate.proto.v1.DeleteBudgetRequest;
import dev.tollgate.proto.v1.DeleteRaiseRequest;
import dev.tollgate.proto.v1.GetBudgetRequest;
import dev.tollgate.proto.v1.ListBudgetsRequest;
import dev.tollgate.proto.v1.ListBudgetsResponse;
import dev.tollgate.proto.v1.ListRaisesRequest;
import dev.tollgate.proto.v1.ListRaisesResponse;
import dev.tollgate.proto.v1.SetBudgetRequest;
import java.util.function.ToIntFunction;

/// `BudgetService`.
public final class BudgetMethods {
  private final Verbs verbs;
  private final ToIntFunction<dev.tollgate.domain.ledger.Budget> unheld;

  /// The use cases that the methods call.
  public record Verbs(
      SetBudget set,
      GetBudget get,
      ListBudgets list,
      RemoveBudget remove,
      AddRaise addRaise,
      ListRaises listRaises,
      EndRaise endRaise) {}

  /// @param unheld how many calls run here without a hold although a budget counts them
  public BudgetMethods(Verbs verbs, ToIntFunction<dev.tollgate.domain.ledger.Budget> unheld) {
    this.verbs = verbs;
    this.unheld = unheld;
  }

  public void bind(Operations operations) {
    operations
        .change(BudgetServiceGrpc.getSetBudgetMethod(), this::set)
        .read(BudgetServiceGrpc.getGetBudgetMethod(), this::get)
        .read(BudgetServiceGrpc.getListBudgetsMethod(), this::list)
        .change(BudgetServiceGrpc.getDeleteBudgetMethod(), this::remove)
        .change(BudgetServiceGrpc.getAddRaiseMethod(), this::addRaise)
        .read(BudgetServiceGrpc.getListRaisesMethod(), this::listRaises)
        .change(BudgetServiceGrpc.getDeleteRaiseMethod(), this::endRaise)
        .shows(Budgets.State.class, BudgetForm::budget);
  }

  private Result<Budget> set(Actor actor, SetBudgetRequest request, Trail trail) {
    Scope kind = BudgetForm.SCOPE.domain(request.getScope());
    if (kind != Scope.TENANT && !request.hasScopeId()) {
      throw new InvalidRequest("scope_id", "scope_id is required.");
    }
    ScopeRef scope =
        request.hasScopeId()
            ? BudgetForm.scope(kind, request.getScopeId())
            : ScopeRef.of(actor.tenant());
    SetBudget.Command command = new SetBudget.Command(scope, BudgetForm.terms(request));
    return verbs
        .set()
        .run(actor, command, trail)
        .map(
            state ->
                BudgetForm.budget(state).toBuilder()
                    .setUnheldCalls(unheld.applyAsInt(state.budget()))
                    .build());
  }

  private Result<Budget> get(Actor actor, GetBudgetRequest request) {
    return id(request.getId()).then(id -> verbs.get().run(actor, id)).map(BudgetForm::budget);
  }

  private Result<ListBudgetsResponse> list(Actor actor, ListBudgetsRequest request) {
    if (request.hasScopeId() && !request.hasScope()) {
      throw new InvalidRequest("scope", "scope is required with scope_id.");
    }
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return verbs
        .list()
        .run(actor, which(request), ask)
        .map(
            page -> {
              ListBudgetsResponse.Builder answer = ListBudgetsResponse.newBuilder();
              page.items().forEach(each -> answer.addData(BudgetForm.budget(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private static Budgets.Which which(ListBudgetsRequest request) {
    if (!request.hasScope()) {
      return new Budgets.Which.All();
    }
    Scope kind = BudgetForm.SCOPE.domain(request.getScope());
    return request.hasScopeId()
        ? new Budgets.Which.Of(BudgetForm.scope(kind, request.getScopeId()))
        : new Budgets.Which.OfKind(kind);
  }

  private Result<Empty> remove(Actor actor, DeleteBudgetRequest request, Trail trail) {
    return id(request.getId())
        .then(id -> verbs.remove().run(actor, id, trail))
        .map(_ -> Empty.getDefaultInstance());
  }

  private Result<Budget> addRaise(Actor actor, AddRaiseRequest request, Trail trail) {
    var amount = Wire.money("amount", request.getAmount());
    return id(request.getId())
        .then(
            id ->
                verbs
                    .addRaise()
                    .run(
                        actor,
                        new AddRaise.Command(
                            id,
                            amount,
                            Wire.instantOrNull(request.hasFrom(), request.getFrom()),
                            Wire.instantOrNull(request.hasUntil(), request.getUntil()),
                            request.getReason()),
                        trail))
        .map(BudgetForm::budget);
  }

  private Result<ListRaisesResponse> listRaises(Actor actor, ListRaisesRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return id(request.getId())
        .then(id -> verbs.listRaises().run(actor, id, ask))
        .map(
            page -> {
              ListRaisesResponse.Builder answer = ListRaisesResponse.newBuilder();
              page.items().forEach(each -> answer.addData(BudgetForm.raise(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<Empty> endRaise(Actor actor, DeleteRaiseRequest request, Trail trail) {
    return Wire.id(request.getRaise(), RaiseId::parse, "raise")
        .then(
            raise ->
                id(request.getId())
                    .then(
                        id -> verbs.endRaise().run(actor, new EndRaise.Command(id, raise), trail)))
        .map(_ -> Empty.getDefaultInstance());
  }

  private static Result<BudgetId> id(String text) {
    return Wire.id(text, BudgetId::parse, "budget");
  }
}
