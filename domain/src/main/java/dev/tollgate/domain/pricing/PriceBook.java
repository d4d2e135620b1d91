package dev.tollgate.domain.pricing;

import dev.tollgate.domain.catalog.Provider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All prices that a tenant's calls may cost, at one moment. Immutable; a change makes a new book.
public final class PriceBook {
  private static final String ANY_MODEL = "*";

  private final List<Map<Seller, Map<String, List<Price>>>> catalogues;

  /// @param catalogues prices of each catalogue that the tenant sees, the one that counts first
  public PriceBook(List<List<Price>> catalogues) {
    this.catalogues = catalogues.stream().map(PriceBook::bySeller).toList();
  }

  private static Map<Seller, Map<String, List<Price>>> bySeller(List<Price> prices) {
    Map<Seller, Map<String, List<Price>>> bySeller = new HashMap<>();
    var newestFirst = new ArrayList<>(prices);
    newestFirst.sort(Comparator.comparing(Price::effectiveFrom).reversed());
    for (Price price : newestFirst) {
      bySeller
          .computeIfAbsent(price.seller(), _ -> new HashMap<>())
          .computeIfAbsent(price.model(), _ -> new ArrayList<>())
          .add(price);
    }
    return bySeller;
  }

  /// The price in force at an instant: the named provider's own before that of its kind, of two for
  /// a kind the tenant's, a named model before `*`. Null when the model has no price.
  public @Nullable Price find(Provider provider, String model, Instant at) {
    Price own = find(new Seller.OfProvider(provider.id()), model, at);
    return own == null ? find(new Seller.OfKind(provider.kind()), model, at) : own;
  }

  private @Nullable Price find(Seller seller, String model, Instant at) {
    for (Map<Seller, Map<String, List<Price>>> bySeller : catalogues) {
      Map<String, List<Price>> byModel = bySeller.get(seller);
      if (byModel != null) {
        Price named = inForce(byModel.get(model), at);
        Price price = named == null ? inForce(byModel.get(ANY_MODEL), at) : named;
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
}
