package dev.tollgate.domain.pricing;

import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.TenantId;
import java.util.List;
import java.util.Optional;

/// Store of dated prices. A price with the same seller, model and effective date replaces the
/// earlier one; prices already used keep their id on the calls that used them.
///
/// Each method is one transaction, or a part of the open unit of work, and throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Prices {
  void put(TenantId tenant, Price price);

  Optional<Price> find(TenantId tenant, PriceId id);

  /// All prices a tenant sees, newest first within a seller and model.
  List<Price> all(TenantId tenant);

  /// Changes date, rates and discount of a price that is not in force yet.
  Change change(TenantId tenant, Price price);

  /// Removes a price that is not in force yet.
  Change remove(TenantId tenant, PriceId id);

  /// What came of a change.
  enum Change {
    DONE,
    MISSING,
    /// It is in force, was, or would be at once.
    IN_FORCE,
    /// Another one of the seller and model has the new date.
    DATE_TAKEN
  }
}
