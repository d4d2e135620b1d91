package dev.tollgate.application.pricing;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.stores.Work;

/// Removes a price that is not in force yet.
public final class RemovePrice {
  private final Prices prices;
  private final Catalog catalog;
  private final Routes routes;
  private final Work work;

  public RemovePrice(Prices prices, Catalog catalog, Routes routes, Work work) {
    this.prices = prices;
    this.catalog = catalog;
    this.routes = routes;
    this.work = work;
  }

  public Result<PriceView> run(Actor actor, PriceId id, Trail trail) {
    return Outcomes.toChange(prices, actor, id).then(price -> remove(actor, price, trail));
  }

  private Result<PriceView> remove(Actor actor, Price price, Trail trail) {
    return Outcomes.of(prices.remove(actor.tenant(), price.id()))
        .map(
            _ -> {
              work.afterwards(() -> routes.refresh(actor.tenant()));
              PriceView view =
                  PriceView.of(price, actor, PriceView.names(catalog.providers(actor.tenant())));
              trail.removed(price.id(), view);
              return view;
            });
  }
}
