package dev.tollgate.application.catalog;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.ProviderProbe;
import dev.tollgate.domain.ids.ProviderId;

/// Asks a provider which models its credential can see, which costs nothing there.
public final class TestProvider {
  private final Catalog catalog;
  private final ProviderProbe probe;

  public TestProvider(Catalog catalog, ProviderProbe probe) {
    this.catalog = catalog;
    this.probe = probe;
  }

  public Result<ProviderProbe.Result> run(Actor actor, ProviderId id) {
    return Result.found(catalog.findVisibleProvider(actor.tenant(), id), "provider")
        .allowed(actor, Permission.PROVIDERS_WRITE, provider -> Scope.of(provider.tenant()))
        .map(probe::probe);
  }
}
