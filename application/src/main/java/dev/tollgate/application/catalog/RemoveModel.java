package dev.tollgate.application.catalog;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.stores.Work;

/// Removes a model. Its open calls end.
public final class RemoveModel {
  private final Catalog catalog;
  private final Routes routes;
  private final Work work;

  public RemoveModel(Catalog catalog, Routes routes, Work work) {
    this.catalog = catalog;
    this.routes = routes;
    this.work = work;
  }

  public Result<ModelView> run(Actor actor, ModelId id, Trail trail) {
    return Result.found(catalog.findVisibleModel(actor.tenant(), id), "model")
        .allowed(actor, Permission.MODELS_WRITE, model -> Scope.of(model.tenant()))
        .then(
            model -> {
              if (!catalog.removeModel(actor.tenant(), id)) {
                return new Result.Missing<>("model");
              }
              ModelView view =
                  new ModelView(model, ModelView.names(catalog.providers(actor.tenant())));
              work.afterwards(() -> routes.refresh(actor.tenant()));
              trail.removed(id, view);
              return Result.done(view);
            });
  }
}
