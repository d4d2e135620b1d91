package dev.tollgate.domain.pricing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All prices of a tenant's catalogue at one moment. Immutable; a change makes a new book.
public final class PriceBook {
  private final Map<String, List<Price>> bySellerAndModel = new HashMap<>();

  public PriceBook(List<Price> prices) {
    var newestFirst = new ArrayList<>(prices);
    newestFirst.sort(Comparator.comparing(Price::effectiveFrom).reversed());
    for (Price price : newestFirst) {
      bySellerAndModel
          .computeIfAbsent(key(price.seller(), price.model()), _ -> new ArrayList<>())
          .add(price);
    }
  }

  /// The price in force at an instant: the named provider's own before that of its kind, a named
  /// model before `*`. Null when the model has no price.
  public @Nullable Price find(String provider, String kind, String model, Instant at) {
    for (String seller : List.of(provider, kind)) {
      for (String name : List.of(model, "*")) {
        Price price = inForce(bySellerAndModel.get(key(seller, name)), at);
        if (price != null) {
          return price;
        }
      }
    }
    return null;
  }

  private static @Nullable Price inForce(@Nullable List<Price> newestFirst, Instant at) {
    if (newestFirst != null) {
      for (Price price : newestFirst) {
        if (!price.effectiveFrom().isAfter(at)) {
          return price;
        }
      }
    }
    return null;
  }

  private static String key(String seller, String model) {
    return seller + '\n' + model;
  }
}
