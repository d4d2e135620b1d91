package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.TenantId;
import java.util.Comparator;
import java.util.List;

/// Store of what is known of models. Facts with the same model and effective date replace the
/// earlier ones. Each method is one transaction and throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface FactsOfModels {
  /// Keeps other changes of a tenant's catalogue waiting until the open unit of work ends, so that
  /// what is read next still holds when it is written.
  void alone(TenantId tenant);

  void put(TenantId tenant, ModelFacts facts);

  /// All facts of a tenant, by model, newest first.
  List<ModelFacts> all(TenantId tenant);

  /// All facts that a tenant sees, by model, its own before those of the platform.
  default List<Visible<ModelFacts>> visible(TenantId tenant) {
    return Visible.to(tenant, this::all).stream()
        .sorted(Comparator.comparing(each -> each.item().model()))
        .toList();
  }
}
