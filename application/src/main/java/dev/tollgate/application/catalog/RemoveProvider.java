package dev.tollgate.application.catalog;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderStates;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.stores.Work;

/// Removes a provider that no model uses, with its credential. Open calls end.
public final class RemoveProvider {
  private final Catalog catalog;
  private final Routes routes;
  private final ProviderStates states;
  private final Work work;

  public RemoveProvider(Catalog catalog, Routes routes, ProviderStates states, Work work) {
    this.catalog = catalog;
    this.routes = routes;
    this.states = states;
    this.work = work;
  }

  public Result<Provider> run(Actor actor, ProviderId id, Trail trail) {
    return Result.found(catalog.findVisibleProvider(actor.tenant(), id), "provider")
        .allowed(actor, Permission.PROVIDERS_WRITE, provider -> Scope.of(provider.tenant()))
        .then(provider -> remove(actor, provider, trail));
  }

  private Result<Provider> remove(Actor actor, Provider provider, Trail trail) {
    return switch (catalog.removeProvider(actor.tenant(), provider.id())) {
      case REMOVED -> {
        work.afterwards(() -> routes.refresh(actor.tenant()));
        trail.removed(provider.id(), ProviderView.of(provider, states));
        yield Result.done(provider);
      }
      case MISSING -> new Result.Missing<>("provider");
      case IN_USE ->
          new Result.Conflict<>(
              Reason.PROVIDER_IN_USE,
              "Models have deployments at this provider. Change or remove them first.");
    };
  }
}
