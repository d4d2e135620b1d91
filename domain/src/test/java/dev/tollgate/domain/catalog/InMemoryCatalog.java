package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.secrets.SealedCredential;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Providers, models and prices in memory, for tests.
public final class InMemoryCatalog implements Catalog, Prices {
  private final List<Provider> providers = new ArrayList<>();
  private final List<Model> models = new ArrayList<>();
  private final Map<ProviderId, SealedCredential> credentials = new HashMap<>();
  private final Map<TenantId, List<Price>> prices = new HashMap<>();

  @Override
  public synchronized boolean addProvider(
      Provider provider, @Nullable SealedCredential credential) {
    if (providers(provider.tenant()).stream()
        .anyMatch(each -> each.name().equals(provider.name()))) {
      return false;
    }
    providers.add(provider);
    if (credential != null) {
      credentials.put(provider.id(), credential);
    }
    return true;
  }

  @Override
  public synchronized Optional<Provider> findProvider(TenantId tenant, ProviderId id) {
    return providers(tenant).stream().filter(each -> each.id().equals(id)).findFirst();
  }

  @Override
  public synchronized List<Provider> providers(TenantId tenant) {
    return providers.stream().filter(each -> each.tenant().equals(tenant)).toList();
  }

  @Override
  public synchronized Optional<SealedCredential> credential(TenantId tenant, ProviderId id) {
    return findProvider(tenant, id).map(each -> credentials.get(each.id()));
  }

  @Override
  public synchronized Optional<Provider> changeCredential(
      Provider provider, SealedCredential credential) {
    return findProvider(provider.tenant(), provider.id())
        .map(
            before -> {
              Provider changed = before.withNextCredential();
              providers.set(providers.indexOf(before), changed);
              credentials.put(provider.id(), credential);
              return changed;
            });
  }

  @Override
  public synchronized boolean addModel(Model model) {
    if (models(model.tenant()).stream().anyMatch(each -> each.name().equals(model.name()))) {
      return false;
    }
    models.add(model);
    return true;
  }

  @Override
  public synchronized List<Model> models(TenantId tenant) {
    return models.stream().filter(each -> each.tenant().equals(tenant)).toList();
  }

  @Override
  public synchronized void put(TenantId tenant, Price price) {
    List<Price> own = prices.computeIfAbsent(tenant, _ -> new ArrayList<>());
    own.removeIf(
        each ->
            each.seller().equals(price.seller())
                && each.model().equals(price.model())
                && each.effectiveFrom().equals(price.effectiveFrom()));
    own.add(price);
    own.sort(
        Comparator.comparing(Price::seller)
            .thenComparing(Price::model)
            .thenComparing(Price::effectiveFrom, Comparator.reverseOrder()));
  }

  @Override
  public synchronized List<Price> all(TenantId tenant) {
    return List.copyOf(prices.getOrDefault(tenant, List.of()));
  }
}
