package dev.tollgate.application.catalog;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.ProviderStates;
import dev.tollgate.domain.ids.ProviderId;

/// Shows one provider.
public final class GetProvider {
  private final Catalog catalog;
  private final ProviderStates states;

  public GetProvider(Catalog catalog, ProviderStates states) {
    this.catalog = catalog;
    this.states = states;
  }

  public Result<ProviderView> run(Actor actor, ProviderId id) {
    return Result.found(catalog.findVisibleProvider(actor.tenant(), id), "provider")
        .allowed(actor, Permission.PROVIDERS_READ, _ -> Scope.of(actor.tenant()))
        .map(provider -> ProviderView.of(provider, states));
  }
}
