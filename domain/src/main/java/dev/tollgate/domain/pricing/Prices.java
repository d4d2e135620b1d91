package dev.tollgate.domain.pricing;

import dev.tollgate.domain.ids.TenantId;
import java.util.List;

/// Store of dated prices. A price with the same seller, model and effective date replaces the
/// earlier one; prices already used keep their id on the calls that used them.
///
/// Every method throws [dev.tollgate.domain.tenancy.StoreUnavailable] when the store cannot answer.
public interface Prices {
  void put(TenantId tenant, Price price);

  /// All prices a tenant sees, newest first within a seller and model.
  List<Price> all(TenantId tenant);
}
