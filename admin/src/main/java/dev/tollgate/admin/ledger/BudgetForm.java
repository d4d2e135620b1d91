package dev.tollgate.admin.ledger;

import dev.tollgate.admin.Wire;
import dev.tollgate.admin.Words;
import dev.tollgate.application.ledger.BudgetTerms;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.proto.v1.BudgetPolicy;
import dev.tollgate.proto.v1.BudgetRaise;
import dev.tollgate.proto.v1.BudgetScope;
import dev.tollgate.proto.v1.BudgetSettings;
import dev.tollgate.proto.v1.BudgetWindow;
import dev.tollgate.proto.v1.Raise;
import dev.tollgate.proto.v1.SetBudgetRequest;

/// Budgets, as terms and as what they are; those of a key and those of `/budgets` alike.
public final class BudgetForm {
  static final Words<BudgetScope, Scope> SCOPE = Words.between(BudgetScope.class, Scope.class);
  private static final Words<BudgetWindow, Window> WINDOW =
      Words.between(BudgetWindow.class, Window.class);
  private static final Words<BudgetPolicy, Policy> POLICY =
      Words.between(BudgetPolicy.class, Policy.class);

  private BudgetForm() {}

  /// @param path of the form, which ends in a full stop
  public static BudgetTerms terms(String path, BudgetSettings form) {
    return new BudgetTerms(
        form.hasModels() ? form.getModels().getValuesList() : null,
        WINDOW.domain(form.hasWindow(), form.getWindow(), Window.MONTH),
        POLICY.domain(form.hasPolicy(), form.getPolicy(), Policy.REFUSE),
        Wire.money(path + "limit", form.getLimit()),
        form.hasRaise() ? raise(path + "raise.", form.getRaise()) : null,
        form.hasThresholds() ? form.getThresholds().getValuesList() : Budget.USUAL_THRESHOLDS,
        form.getNotifyList());
  }

  static BudgetTerms terms(SetBudgetRequest form) {
    BudgetSettings.Builder settings =
        BudgetSettings.newBuilder().setLimit(form.getLimit()).addAllNotify(form.getNotifyList());
    Wire.set(form.hasWindow() ? form.getWindow() : null, settings::setWindow);
    Wire.set(form.hasPolicy() ? form.getPolicy() : null, settings::setPolicy);
    Wire.set(form.hasModels() ? form.getModels() : null, settings::setModels);
    Wire.set(form.hasThresholds() ? form.getThresholds() : null, settings::setThresholds);
    Wire.set(form.hasRaise() ? form.getRaise() : null, settings::setRaise);
    return terms("", settings.build());
  }

  private static BudgetTerms.RaiseTo raise(String path, BudgetRaise raise) {
    return new BudgetTerms.RaiseTo(
        Wire.money(path + "to", raise.getTo()), Wire.instant(raise.getUntil()));
  }

  static ScopeRef scope(Scope kind, String id) {
    return Wire.parsed("scope_id", id, text -> ScopeRef.parse(kind, text));
  }

  public static dev.tollgate.proto.v1.Budget budget(Budgets.State state) {
    Budget budget = state.budget();
    Balance balance = state.balance();
    dev.tollgate.proto.v1.Budget.Builder wire =
        dev.tollgate.proto.v1.Budget.newBuilder()
            .setId(budget.id().toString())
            .setScope(SCOPE.wire(budget.scope().kind()))
            .setScopeId(budget.scope().toString())
            .setWindow(WINDOW.wire(budget.window()))
            .setWindowStart(Wire.time(balance.start()))
            .setPolicy(POLICY.wire(budget.policy()))
            .setLimit(balance.limit().usd())
            .setSettled(balance.posted().usd())
            .setHeld(balance.held().usd())
            .setRemaining(balance.free().usd())
            .setUsualLimit(budget.limit().usd())
            .addAllThresholds(budget.thresholds())
            .addAllNotify(budget.told())
            .setCreatedAt(Wire.time(budget.createdAt()));
    Wire.set(budget.models(), models -> wire.setModels(Wire.strings(models)));
    Wire.set(balance.end(), end -> wire.setResetsAt(Wire.time(end)));
    Budget.Raise own = budget.ownRaise();
    if (own != null && own.until() != null) {
      wire.setRaise(
          BudgetRaise.newBuilder()
              .setTo(budget.limit().plusAtMost(own.amount()).usd())
              .setUntil(Wire.time(own.until())));
    }
    budget.raises().forEach(each -> wire.addRaises(raise(each)));
    return wire.build();
  }

  static Raise raise(Budget.Raise raise) {
    Raise.Builder wire =
        Raise.newBuilder()
            .setId(raise.id().toString())
            .setAmount(raise.amount().usd())
            .setFrom(Wire.time(raise.from()))
            .setReason(raise.reason())
            .setOrigin(raise.origin());
    Wire.set(raise.until(), until -> wire.setUntil(Wire.time(until)));
    return wire.build();
  }
}
