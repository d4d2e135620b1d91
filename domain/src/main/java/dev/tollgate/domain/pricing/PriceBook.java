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
  private static final String ANY_MODEL = "*";

  private final Map<String, Map<String, List<Price>>> bySeller = new HashMap<>();

  public PriceBook(List<Price> prices) {
    var newestFirst = new ArrayList<>(prices);
    newestFirst.sort(Comparator.comparing(Price::effectiveFrom).reversed());
    for (Price price : newestFirst) {
      bySeller
          .computeIfAbsent(price.seller(), _ -> new HashMap<>())
          .computeIfAbsent(price.model(), _ -> new ArrayList<>())
          .add(price);
    }
  }

  /// The price in force at an instant: the named provider's own before that of its kind, a named
  /// model before `*`. Null when the model has no price.
  public @Nullable Price find(String provider, String kind, String model, Instant at) {
    Price own = find(provider, model, at);
    return own == null ? find(kind, model, at) : own;
  }

  private @Nullable Price find(String seller, String model, Instant at) {
    Map<String, List<Price>> byModel = bySeller.get(seller);
    if (byModel == null) {
      return null;
    }
    Price named = inForce(byModel.get(model), at);
    return named == null ? inForce(byModel.get(ANY_MODEL), at) : named;
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
}
