package dev.tollgate.application.pricing;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.stores.Work;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Changes a price that is not in force yet; what is null in the command stays as it is.
public final class ChangePrice {
  private final Prices prices;
  private final Catalog catalog;
  private final Routes routes;
  private final Work work;

  public ChangePrice(Prices prices, Catalog catalog, Routes routes, Work work) {
    this.prices = prices;
    this.catalog = catalog;
    this.routes = routes;
    this.work = work;
  }

  public record Command(
      PriceId id,
      @Nullable Instant effectiveFrom,
      @Nullable List<Rate> rates,
      @Nullable Integer discountBasisPoints) {}

  public Result<PriceView> run(Actor actor, Command command, Trail trail) {
    List<Rate> rates = command.rates();
    if (rates != null && rates.isEmpty()) {
      return new Result.Invalid<>("components", "a price needs at least one component");
    }
    return Outcomes.toChange(prices, actor, command.id())
        .then(price -> Result.checked(() -> change(actor, price, changed(price, command), trail)));
  }

  private static Price changed(Price price, Command command) {
    if (command.rates() != null) {
      Outcomes.requireDistinct(command.rates());
    }
    return new Price(
        price.id(),
        price.seller(),
        price.model(),
        command.effectiveFrom() == null ? price.effectiveFrom() : command.effectiveFrom(),
        command.rates() == null ? price.rates() : command.rates(),
        command.discountBasisPoints() == null
            ? price.discountBasisPoints()
            : command.discountBasisPoints());
  }

  private Result<PriceView> change(Actor actor, Price before, Price after, Trail trail) {
    return Outcomes.of(prices.change(actor.tenant(), after))
        .map(
            _ -> {
              work.afterwards(() -> routes.refresh(actor.tenant()));
              var names = PriceView.names(catalog.providers(actor.tenant()));
              PriceView view = PriceView.of(after, actor, names);
              trail.changed(after.id(), PriceView.of(before, actor, names), view);
              return view;
            });
  }
}
