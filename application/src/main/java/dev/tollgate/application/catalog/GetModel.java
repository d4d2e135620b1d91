package dev.tollgate.application.catalog;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.ids.ModelId;

/// Shows one model.
public final class GetModel {
  private final Catalog catalog;

  public GetModel(Catalog catalog) {
    this.catalog = catalog;
  }

  public Result<ModelView> run(Actor actor, ModelId id) {
    return Result.found(catalog.findVisibleModel(actor.tenant(), id), "model")
        .allowed(actor, Permission.MODELS_READ, _ -> Scope.of(actor.tenant()))
        .map(model -> new ModelView(model, ModelView.names(catalog.providers(model.tenant()))));
  }
}
