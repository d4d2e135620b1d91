package dev.tollgate.application.keys;

import dev.tollgate.application.ledger.BudgetTerms;
import dev.tollgate.application.ledger.RemoveBudget;
import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Scope;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Changes a key and its budget over all models, together or not at all.
public final class UpdateKey {
  private final VirtualKeys keys;
  private final Budgets budgets;
  private final SetBudget setBudget;
  private final RemoveBudget removeBudget;

  public UpdateKey(
      VirtualKeys keys, Budgets budgets, SetBudget setBudget, RemoveBudget removeBudget) {
    this.keys = keys;
    this.budgets = budgets;
    this.setBudget = setBudget;
    this.removeBudget = removeBudget;
  }

  /// @param change from the settings as they are to those that are asked for
  /// @param budget to set, or null
  /// @param removesBudget whether the budget is to go
  public record Command(
      KeyId id,
      UnaryOperator<VirtualKey.Change> change,
      @Nullable BudgetTerms budget,
      boolean removesBudget) {}

  public Result<KeyView> run(Actor actor, Command command, Trail trail) {
    return Result.found(keys.find(actor.tenant(), command.id()), "key")
        .allowed(actor, Permission.KEYS_WRITE, VirtualKey::scope)
        .then(key -> Result.checked(() -> update(actor, key, command, trail)));
  }

  private Result<KeyView> update(Actor actor, VirtualKey found, Command command, Trail trail) {
    KeyView before = KeyView.of(budgets, found);
    return Result.found(
            keys.update(
                actor.tenant(),
                found.id(),
                key -> key.changed(command.change().apply(key.settings()))),
            "key")
        .then(key -> budget(actor, before, command, trail).map(_ -> KeyView.of(budgets, key)))
        .map(
            after -> {
              trail.changed(found.id(), before, after);
              return after;
            });
  }

  private Result<Boolean> budget(Actor actor, KeyView before, Command command, Trail trail) {
    if (command.budget() != null) {
      SetBudget.Command set =
          new SetBudget.Command(Scope.KEY, command.id().value(), command.budget());
      return setBudget.run(actor, set, trail.part(SetBudget.ACTION)).map(_ -> true).under("budget");
    }
    Budgets.State budget = before.budget();
    return command.removesBudget() && budget != null
        ? removeBudget
            .run(actor, budget.budget().id(), trail.part(RemoveBudget.ACTION))
            .map(_ -> true)
        : Result.done(false);
  }
}
