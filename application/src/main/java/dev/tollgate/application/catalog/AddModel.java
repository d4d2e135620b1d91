package dev.tollgate.application.catalog;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Model;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.stores.Work;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/// Adds a model with its deployments.
public final class AddModel {
  private final Catalog catalog;
  private final Routes routes;
  private final Work work;
  private final Ids ids;
  private final Clock clock;

  public AddModel(Catalog catalog, Routes routes, Work work, Ids ids, Clock clock) {
    this.catalog = catalog;
    this.routes = routes;
    this.work = work;
    this.ids = ids;
    this.clock = clock;
  }

  public record Command(String name, List<DeploymentTerms> deployments) {}

  public Result<ModelView> run(Actor actor, Command command, Trail trail) {
    return Result.permitted(actor, Permission.MODELS_WRITE, () -> add(actor, command, trail));
  }

  private Result<ModelView> add(Actor actor, Command command, Trail trail) {
    // The providers that it names must still be there when it is written.
    catalog.alone(actor.tenant());
    Map<ProviderId, String> providers = ModelView.names(catalog.providers(actor.tenant()));
    Model model =
        new Model(
            new ModelId(ids.next()),
            actor.tenant(),
            command.name(),
            DeploymentTerms.deployments(command.deployments(), providers),
            clock.instant());
    if (!catalog.addModel(model)) {
      return new Result.Conflict<>(
          Reason.NAME_TAKEN, "There is a model named '" + command.name() + "'.");
    }
    work.afterwards(() -> routes.refresh(actor.tenant()));
    ModelView view = new ModelView(model, providers);
    trail.made(model.id(), view);
    return Result.done(view);
  }
}
