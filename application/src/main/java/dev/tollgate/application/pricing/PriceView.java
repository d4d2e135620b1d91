package dev.tollgate.application.pricing;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.Visible;
import dev.tollgate.domain.pricing.Price;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A price with the name of its seller.
///
/// @param provider the name of a provider, or a kind of provider
public record PriceView(Visible<Price> priced, String provider) {
  public Price price() {
    return priced.item();
  }

  /// Names of providers by their ids.
  static Map<String, String> names(List<Provider> providers) {
    return providers.stream()
        .collect(Collectors.toMap(each -> each.id().toString(), Provider::name));
  }

  static PriceView of(Visible<Price> priced, Map<String, String> names) {
    String seller = priced.item().seller().wire();
    return new PriceView(priced, names.getOrDefault(seller, seller));
  }

  /// A price that the actor changes, which is of its own tenant.
  static PriceView of(Price price, Actor actor, Map<String, String> names) {
    return of(new Visible<>(price, actor.tenant()), names);
  }
}
