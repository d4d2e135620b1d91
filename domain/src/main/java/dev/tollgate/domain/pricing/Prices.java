package dev.tollgate.domain.pricing;

import dev.tollgate.domain.catalog.Visible;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.TenantId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Store of dated prices. A price with the same seller, model and effective date replaces the
/// earlier one; prices already used keep their id on the calls that used them.
///
/// Each method is one transaction, or a part of the open unit of work, and throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Prices {
  /// Keeps other changes of a tenant's catalogue waiting until the open unit of work ends, so that
  /// what is read next still holds when it is written.
  void alone(TenantId tenant);

  /// @return the price that it took the place of
  Optional<Price> put(TenantId tenant, Price price);

  Optional<Price> find(TenantId tenant, PriceId id);

  /// All prices of a tenant, newest first within a seller and model.
  List<Price> all(TenantId tenant);

  /// All prices that a tenant sees, by seller and model, its own before those of the platform.
  default List<Visible<Price>> visible(TenantId tenant) {
    return Visible.to(tenant, this::all).stream()
        .sorted(
            Comparator.comparing((Visible<Price> each) -> each.item().seller().wire())
                .thenComparing(each -> each.item().model()))
        .toList();
  }

  /// The prices that a tenant's calls cost.
  default PriceBook book(TenantId tenant) {
    return new PriceBook(tenant.catalogues().stream().map(this::all).toList());
  }

  /// Changes date, rates and discount of a price that is not in force yet.
  Change change(TenantId tenant, Price price);

  /// Removes a price that is not in force yet.
  Change remove(TenantId tenant, PriceId id);

  /// The outcome of a change.
  enum Change {
    DONE,
    MISSING,
    /// It is in force, was, or would be at once.
    IN_FORCE,
    /// Another one of the seller and model has the new date.
    DATE_TAKEN
  }
}
