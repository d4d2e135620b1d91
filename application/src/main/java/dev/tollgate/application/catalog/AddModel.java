package dev.tollgate.application.catalog;

import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Deployment;
import dev.tollgate.domain.catalog.Model;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Adds a model with its deployments.
public final class AddModel {
  private final Catalog catalog;
  private final Routes routes;
  private final Ids ids;
  private final Clock clock;

  public AddModel(Catalog catalog, Routes routes, Ids ids, Clock clock) {
    this.catalog = catalog;
    this.routes = routes;
    this.ids = ids;
    this.clock = clock;
  }

  /// What came of it.
  public sealed interface Outcome {
    /// The model can be called.
    record Added(Model model) implements Outcome {}

    /// The tenant has a model of that name.
    record NameTaken() implements Outcome {}

    /// A deployment names a provider that does not exist.
    record NoProvider(ProviderId provider) implements Outcome {}
  }

  /// @throws IllegalArgumentException when name or deployments break a rule of [Model]
  public Outcome add(TenantId tenant, String name, List<Deployment> deployments) {
    Set<ProviderId> known =
        catalog.providers(tenant).stream().map(Provider::id).collect(Collectors.toSet());
    for (Deployment deployment : deployments) {
      if (!known.contains(deployment.provider())) {
        return new Outcome.NoProvider(deployment.provider());
      }
    }
    Model model = new Model(new ModelId(ids.next()), tenant, name, deployments, clock.instant());
    if (!catalog.addModel(model)) {
      return new Outcome.NameTaken();
    }
    routes.refresh(tenant);
    return new Outcome.Added(model);
  }
}
