package dev.tollgate.bootstrap.wiring;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.catalog.ModelFactsMethods;
import dev.tollgate.admin.catalog.ModelMethods;
import dev.tollgate.admin.catalog.ProviderMethods;
import dev.tollgate.admin.pricing.PriceMethods;
import dev.tollgate.application.catalog.AddModel;
import dev.tollgate.application.catalog.AddProvider;
import dev.tollgate.application.catalog.GetModel;
import dev.tollgate.application.catalog.GetProvider;
import dev.tollgate.application.catalog.ListModelFacts;
import dev.tollgate.application.catalog.ListModels;
import dev.tollgate.application.catalog.ListProviders;
import dev.tollgate.application.catalog.RemoveModel;
import dev.tollgate.application.catalog.RemoveProvider;
import dev.tollgate.application.catalog.SetModelFacts;
import dev.tollgate.application.catalog.TestProvider;
import dev.tollgate.application.catalog.UpdateModel;
import dev.tollgate.application.catalog.UpdateProvider;
import dev.tollgate.application.pricing.ChangePrice;
import dev.tollgate.application.pricing.ListPrices;
import dev.tollgate.application.pricing.RemovePrice;
import dev.tollgate.application.pricing.RestatePrices;
import dev.tollgate.application.pricing.SetPrice;
import dev.tollgate.domain.catalog.ProviderProbe;
import dev.tollgate.domain.catalog.ProviderStates;

/// Providers, models, what is known of them, and prices.
final class CatalogWiring {
  final AddProvider addProvider;
  final AddModel addModel;
  final SetPrice setPrice;

  CatalogWiring(
      Stores stores,
      Tools tools,
      Operations operations,
      ProviderProbe probe,
      ProviderStates states) {
    addProvider =
        new AddProvider(
            stores.catalog, stores.routes, tools.vault(), stores.work, tools.ids(), tools.clock());
    addModel = new AddModel(stores.catalog, stores.routes, stores.work, tools.ids(), tools.clock());
    setPrice = new SetPrice(stores.prices, stores.catalog, stores.routes, stores.work, tools.ids());
    new ProviderMethods(
            new ProviderMethods.Verbs(
                addProvider,
                new GetProvider(stores.catalog, states),
                new ListProviders(stores.catalog, states),
                new UpdateProvider(
                    stores.catalog, stores.routes, tools.vault(), probe, states, stores.work),
                new RemoveProvider(stores.catalog, stores.routes, states, stores.work),
                new TestProvider(stores.catalog, probe)))
        .bind(operations);
    new ModelMethods(
            addModel,
            new GetModel(stores.catalog),
            new ListModels(stores.catalog),
            new UpdateModel(stores.catalog, stores.routes, stores.work),
            new RemoveModel(stores.catalog, stores.routes, stores.work))
        .bind(operations);
    new ModelFactsMethods(
            new SetModelFacts(stores.facts, stores.routes, stores.work, tools.ids()),
            new ListModelFacts(stores.facts))
        .bind(operations);
    new PriceMethods(
            setPrice,
            new ListPrices(stores.prices, stores.catalog),
            new ChangePrice(stores.prices, stores.catalog, stores.routes, stores.work),
            new RemovePrice(stores.prices, stores.catalog, stores.routes, stores.work),
            new RestatePrices(stores.catalog, stores.prices, stores.corrections, tools.clock()))
        .bind(operations);
  }
}
