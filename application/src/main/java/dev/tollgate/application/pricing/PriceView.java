package dev.tollgate.application.pricing;

import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Price;
import java.util.Map;
import java.util.stream.Collectors;

/// A price with the name of its seller.
///
/// @param provider the name of a provider, or a kind of provider
public record PriceView(Price price, String provider) {
  /// Names of providers by their ids.
  static Map<String, String> names(Catalog catalog, TenantId tenant) {
    return catalog.providers(tenant).stream()
        .collect(Collectors.toMap(each -> each.id().toString(), Provider::name));
  }

  static PriceView of(Price price, Map<String, String> names) {
    return new PriceView(price, names.getOrDefault(price.seller(), price.seller()));
  }
}
