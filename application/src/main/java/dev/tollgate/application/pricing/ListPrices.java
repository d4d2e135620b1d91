package dev.tollgate.application.pricing;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Visible;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.stores.Page;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lists prices by seller and model, newest first.
public final class ListPrices {
  private final Prices prices;
  private final Catalog catalog;

  public ListPrices(Prices prices, Catalog catalog) {
    this.prices = prices;
    this.catalog = catalog;
  }

  /// @param model only prices of this one, or null
  public Result<Page<PriceView>> run(Actor actor, @Nullable String model, Page.Ask ask) {
    List<Visible<Price>> asked =
        prices.visible(actor.tenant()).stream()
            .filter(each -> model == null || model.equals(each.item().model()))
            .toList();
    Map<String, String> names = PriceView.names(catalog.visibleProviders(actor.tenant()));
    return Result.permitted(
        actor,
        Permission.PRICES_READ,
        () ->
            Result.done(
                Page.of(asked, each -> each.item().id().value(), ask.cursor(), ask.limit())
                    .map(each -> PriceView.of(each, names))));
  }
}
