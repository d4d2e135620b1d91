package dev.tollgate.application.pricing;

import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.Rate;
import java.time.Instant;
import java.util.List;

/// Sets the price of a model from a date on. Calls that were priced before keep their cost.
public final class SetPrice {
  private final Prices prices;
  private final Routes routes;
  private final Ids ids;

  public SetPrice(Prices prices, Routes routes, Ids ids) {
    this.prices = prices;
    this.routes = routes;
    this.ids = ids;
  }

  /// @throws IllegalArgumentException when there is no rate, or one breaks a rule of [Rate]
  public Price set(
      TenantId tenant,
      String seller,
      String model,
      Instant effectiveFrom,
      List<Rate> rates,
      int discountBasisPoints) {
    if (rates.isEmpty()) {
      throw new IllegalArgumentException("a price needs at least one component");
    }
    Price price =
        new Price(
            new PriceId(ids.next()), seller, model, effectiveFrom, rates, discountBasisPoints);
    prices.put(tenant, price);
    routes.refresh(tenant);
    return price;
  }
}
