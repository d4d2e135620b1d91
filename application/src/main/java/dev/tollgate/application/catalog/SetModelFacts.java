package dev.tollgate.application.catalog;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.FactsOfModels;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.catalog.Visible;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.domain.stores.Work;
import java.util.function.UnaryOperator;

/// Sets what is known of a model from a date on, beginning with what was known of it, or with what
/// is assumed of one of which nothing is known.
public final class SetModelFacts {
  private final FactsOfModels facts;
  private final Routes routes;
  private final Work work;
  private final Ids ids;

  public SetModelFacts(FactsOfModels facts, Routes routes, Work work, Ids ids) {
    this.facts = facts;
    this.routes = routes;
    this.work = work;
    this.ids = ids;
  }

  /// @param change from what was known, under a new id, to what is to be known
  public record Command(String model, UnaryOperator<ModelFacts> change) {}

  public Result<ModelFacts> run(Actor actor, Command command, Trail trail) {
    return Result.permitted(
        actor,
        Permission.MODELS_WRITE,
        () -> {
          facts.alone(actor.tenant());
          ModelFacts usual =
              facts.visible(actor.tenant()).stream()
                  .map(Visible::item)
                  .filter(each -> each.model().equals(command.model()))
                  .findFirst()
                  .orElseGet(() -> ModelFacts.unknown(new ModelFactsId(ids.next())));
          ModelFacts set = command.change().apply(usual.as(new ModelFactsId(ids.next())));
          facts.put(actor.tenant(), set);
          work.afterwards(() -> routes.refresh(actor.tenant()));
          trail.made(set.id(), set);
          return Result.done(set);
        });
  }
}
