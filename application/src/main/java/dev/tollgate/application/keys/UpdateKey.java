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
import dev.tollgate.domain.ledger.ScopeRef;
import java.util.concurrent.atomic.AtomicReference;
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
    AtomicReference<KeyView> before = new AtomicReference<>();
    return Result.found(
            keys.update(
                actor.tenant(),
                found.id(),
                key -> {
                  before.set(KeyView.of(budgets, key));
                  return key.changed(command.change().apply(key.settings()));
                }),
            "key")
        .then(key -> budget(actor, key, command, trail).map(_ -> KeyView.of(budgets, key)))
        .map(
            after -> {
              trail.changed(found.id(), before.get(), after);
              return after;
            });
  }

  /// The budget that the key shows goes, or the one that is asked for takes its place.
  private Result<Boolean> budget(Actor actor, VirtualKey key, Command command, Trail trail) {
    BudgetTerms terms = command.budget();
    if (terms == null && !command.removesBudget()) {
      return Result.done(false);
    }
    budgets.alone(actor.tenant());
    Budgets.State shown = KeyView.of(budgets, key).budget();
    Result<Boolean> removed = Result.done(false);
    if (shown != null && (terms == null || terms.displaces(shown.budget()))) {
      removed =
          removeBudget
              .run(actor, shown.budget().id(), trail.part(RemoveBudget.ACTION))
              .map(_ -> true);
    }
    return terms == null ? removed : removed.then(_ -> set(actor, key, terms, trail));
  }

  private Result<Boolean> set(Actor actor, VirtualKey key, BudgetTerms terms, Trail trail) {
    return setBudget
        .run(
            actor,
            new SetBudget.Command(ScopeRef.of(key.id()), terms),
            trail.part(SetBudget.ACTION))
        .map(_ -> true)
        .under("budget");
  }
}
