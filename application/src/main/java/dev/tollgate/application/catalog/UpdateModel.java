package dev.tollgate.application.catalog;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Model;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.stores.Work;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Changes a model; what is null in the command stays as it is. A deployment that is left out or
/// drained gets no new calls, and its open calls end.
public final class UpdateModel {
  private final Catalog catalog;
  private final Routes routes;
  private final Work work;

  public UpdateModel(Catalog catalog, Routes routes, Work work) {
    this.catalog = catalog;
    this.routes = routes;
    this.work = work;
  }

  public record Command(
      ModelId id, @Nullable String name, @Nullable List<DeploymentTerms> deployments) {}

  public Result<ModelView> run(Actor actor, Command command, Trail trail) {
    return Result.found(catalog.findVisibleModel(actor.tenant(), command.id()), "model")
        .allowed(actor, Permission.MODELS_WRITE, model -> Scope.of(model.tenant()))
        .then(_ -> Result.checked(() -> update(actor, command, trail)));
  }

  private Result<ModelView> update(Actor actor, Command command, Trail trail) {
    // The providers that it names must still be there when it is written.
    catalog.alone(actor.tenant());
    Map<ProviderId, String> providers = ModelView.names(catalog.providers(actor.tenant()));
    Catalog.Change<Model> change =
        catalog.updateModel(
            actor.tenant(),
            command.id(),
            model -> {
              Model changed = changed(model, command, providers);
              trail.changed(
                  model.id(), new ModelView(model, providers), new ModelView(changed, providers));
              return changed;
            });
    return switch (change) {
      case Catalog.Change.Changed<Model>(Model model) -> {
        work.afterwards(() -> routes.refresh(actor.tenant()));
        yield Result.done(new ModelView(model, providers));
      }
      case Catalog.Change.Missing<Model> _ -> new Result.Missing<>("model");
      case Catalog.Change.NameTaken<Model> _ ->
          new Result.Conflict<>(Reason.NAME_TAKEN, "There is another model of that name.");
    };
  }

  private static Model changed(Model model, Command command, Map<ProviderId, String> providers) {
    List<DeploymentTerms> deployments = command.deployments();
    return new Model(
        model.id(),
        model.tenant(),
        command.name() == null ? model.name() : command.name(),
        deployments == null
            ? model.deployments()
            : DeploymentTerms.deployments(deployments, providers),
        model.createdAt());
  }
}
