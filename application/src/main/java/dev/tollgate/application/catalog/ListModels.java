package dev.tollgate.application.catalog;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.stores.Page;
import java.util.Map;

/// Lists models by name.
public final class ListModels {
  private final Catalog catalog;

  public ListModels(Catalog catalog) {
    this.catalog = catalog;
  }

  public Result<Page<ModelView>> run(Actor actor, Page.Ask ask) {
    Map<ProviderId, String> names = ModelView.names(catalog.visibleProviders(actor.tenant()));
    return Result.permitted(
        actor,
        Permission.MODELS_READ,
        () ->
            Result.done(
                Page.of(
                        catalog.visibleModels(actor.tenant()),
                        model -> model.id().value(),
                        ask.cursor(),
                        ask.limit())
                    .map(model -> new ModelView(model, names))));
  }
}
