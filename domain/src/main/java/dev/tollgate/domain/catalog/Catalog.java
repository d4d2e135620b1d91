package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.secrets.SealedCredential;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Store of providers and models. Each method is one transaction, or a part of the open unit of
/// work, and throws [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer.
/// Changes of one tenant's catalogue happen one after the other. Thread-safe.
public interface Catalog {
  /// Waits until no other change of the tenant's catalogue is under way, and keeps others waiting
  /// until the open unit of work ends: what it reads from now on still holds when it writes.
  void alone(TenantId tenant);

  /// Adds a provider with its sealed credential; false when the tenant has one of that name.
  boolean addProvider(Provider provider, @Nullable SealedCredential credential);

  Optional<Provider> findProvider(TenantId tenant, ProviderId id);

  /// All providers of a tenant, newest first.
  List<Provider> providers(TenantId tenant);

  Optional<SealedCredential> credential(TenantId tenant, ProviderId id);

  /// Changes a provider under a lock on its row. What the function throws leaves it as it was.
  ///
  /// @param credential to put in the place of the one before, or null to keep that
  Change<Provider> updateProvider(
      TenantId tenant,
      ProviderId id,
      UnaryOperator<Provider> change,
      @Nullable SealedCredential credential);

  /// Removes a provider that no model names, with its credential; its prices count no more.
  Removal removeProvider(TenantId tenant, ProviderId id);

  /// Adds a model; false when the tenant has one of that name.
  boolean addModel(Model model);

  Optional<Model> findModel(TenantId tenant, ModelId id);

  /// All models of a tenant, by name.
  List<Model> models(TenantId tenant);

  /// A model that a tenant sees: its own or one of the platform.
  default Optional<Model> findVisibleModel(TenantId tenant, ModelId id) {
    return findModel(tenant, id).or(() -> findModel(TenantId.PLATFORM, id));
  }

  /// A provider that a tenant sees: its own or one of the platform.
  default Optional<Provider> findVisibleProvider(TenantId tenant, ProviderId id) {
    return findProvider(tenant, id).or(() -> findProvider(TenantId.PLATFORM, id));
  }

  /// The models that a tenant sees, by name: of two of one name its own.
  default List<Model> visibleModels(TenantId tenant) {
    Map<String, Model> byName = new TreeMap<>();
    models(TenantId.PLATFORM).forEach(model -> byName.put(model.name(), model));
    models(tenant).forEach(model -> byName.put(model.name(), model));
    return List.copyOf(byName.values());
  }

  /// The providers that a tenant sees, newest first: its own, then those of the platform.
  default List<Provider> visibleProviders(TenantId tenant) {
    return tenant.catalogues().stream().flatMap(each -> providers(each).stream()).toList();
  }

  /// Changes a model under a lock on its row. What the function throws leaves it as it was.
  Change<Model> updateModel(TenantId tenant, ModelId id, UnaryOperator<Model> change);

  /// @return false when there is none
  boolean removeModel(TenantId tenant, ModelId id);

  /// The outcome of a change.
  sealed interface Change<T> {
    record Changed<T>(T now) implements Change<T> {}

    record Missing<T>() implements Change<T> {}

    /// The tenant has another one of the new name.
    record NameTaken<T>() implements Change<T> {}
  }

  /// The outcome of a removal.
  enum Removal {
    REMOVED,
    MISSING,
    IN_USE
  }
}
