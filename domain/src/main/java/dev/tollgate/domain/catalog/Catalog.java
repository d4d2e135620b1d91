package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.secrets.SealedCredential;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Store of providers and models. Each method is one transaction and throws
/// [dev.tollgate.domain.tenancy.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Catalog {
  /// Adds a provider with its sealed credential; false when the tenant has one of that name.
  boolean addProvider(Provider provider, @Nullable SealedCredential credential);

  Optional<Provider> findProvider(TenantId tenant, ProviderId id);

  List<Provider> providers(TenantId tenant);

  Optional<SealedCredential> credential(TenantId tenant, ProviderId id);

  /// Puts another credential in the place of a provider's.
  ///
  /// @return the provider as it is now, or empty when there is none
  Optional<Provider> changeCredential(Provider provider, SealedCredential credential);

  /// Adds a model; false when the tenant has one of that name.
  boolean addModel(Model model);

  List<Model> models(TenantId tenant);
}
