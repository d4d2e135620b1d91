package dev.tollgate.application.pricing;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.catalog.Visible;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.pricing.Seller;
import dev.tollgate.domain.stores.Work;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Sets the price of a model from a date on. Calls that were priced before keep their cost.
public final class SetPrice {
  private final Prices prices;
  private final Catalog catalog;
  private final Routes routes;
  private final Work work;
  private final Ids ids;

  public SetPrice(Prices prices, Catalog catalog, Routes routes, Work work, Ids ids) {
    this.prices = prices;
    this.catalog = catalog;
    this.routes = routes;
    this.work = work;
    this.ids = ids;
  }

  /// @param provider the name of a provider, or a kind of provider
  public record Command(
      String provider,
      String model,
      Instant effectiveFrom,
      List<Rate> rates,
      int discountBasisPoints) {}

  public Result<PriceView> run(Actor actor, Command command, Trail trail) {
    if (!actor.may(Permission.PRICES_WRITE, Scope.of(actor.tenant()))) {
      return new Result.Forbidden<>(Permission.PRICES_WRITE);
    }
    // The provider must still be there when its price is written.
    prices.alone(actor.tenant());
    Seller seller = seller(actor.tenant(), command.provider());
    if (seller == null) {
      return new Result.Invalid<>(
          "provider",
          "There is no provider and no kind of provider named '" + command.provider() + "'");
    }
    if (command.rates().isEmpty()) {
      return new Result.Invalid<>("components", "a price needs at least one component");
    }
    return Result.checked(
        () -> {
          Outcomes.requireDistinct(command.rates());
          Price price =
              new Price(
                  new PriceId(ids.next()),
                  seller,
                  command.model(),
                  command.effectiveFrom(),
                  command.rates(),
                  command.discountBasisPoints());
          Optional<Price> before = prices.put(actor.tenant(), price);
          work.afterwards(() -> routes.refresh(actor.tenant()));
          PriceView view = view(actor, price, command);
          before.ifPresentOrElse(
              was -> trail.changed(price.id(), view(actor, was, command), view),
              () -> trail.made(price.id(), view));
          return Result.done(view);
        });
  }

  private static PriceView view(Actor actor, Price price, Command command) {
    return new PriceView(new Visible<>(price, actor.tenant()), command.provider());
  }

  private @Nullable Seller seller(TenantId tenant, String name) {
    for (Provider provider : catalog.providers(tenant)) {
      if (provider.name().equals(name)) {
        return new Seller.OfProvider(provider.id());
      }
    }
    return Arrays.stream(ProviderKind.values())
        .filter(kind -> kind.wire().equals(name))
        .findFirst()
        .map(Seller.OfKind::new)
        .orElse(null);
  }
}
