package dev.tollgate.application.catalog;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.ProviderStates;
import dev.tollgate.domain.stores.Page;

/// Lists providers, newest first: the own ones, then those of the platform.
public final class ListProviders {
  private final Catalog catalog;
  private final ProviderStates states;

  public ListProviders(Catalog catalog, ProviderStates states) {
    this.catalog = catalog;
    this.states = states;
  }

  public Result<Page<ProviderView>> run(Actor actor, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.PROVIDERS_READ,
        () ->
            Result.done(
                Page.of(
                        catalog.visibleProviders(actor.tenant()),
                        provider -> provider.id().value(),
                        ask.cursor(),
                        ask.limit())
                    .map(provider -> ProviderView.of(provider, states))));
  }
}
