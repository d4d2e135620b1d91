package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.TenantId;
import java.util.List;

/// Store of what is known of models. Facts with the same model and effective date replace the
/// earlier ones. Each method is one transaction and throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface FactsOfModels {
  void put(TenantId tenant, ModelFacts facts);

  /// All facts that a tenant sees, by model, newest first.
  List<ModelFacts> all(TenantId tenant);
}
