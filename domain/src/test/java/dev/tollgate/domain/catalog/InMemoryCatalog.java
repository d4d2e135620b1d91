package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.Seller;
import dev.tollgate.domain.secrets.SealedCredential;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
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
  public synchronized Catalog.Change<Provider> updateProvider(
      TenantId tenant,
      ProviderId id,
      UnaryOperator<Provider> change,
      @Nullable SealedCredential credential) {
    Provider before = findProvider(tenant, id).orElse(null);
    if (before == null) {
      return new Catalog.Change.Missing<>();
    }
    Provider changed = change.apply(before);
    if (providers(tenant).stream()
        .anyMatch(each -> !each.id().equals(id) && each.name().equals(changed.name()))) {
      return new Catalog.Change.NameTaken<>();
    }
    Provider kept = credential == null ? changed : changed.withNextCredential();
    providers.set(providers.indexOf(before), kept);
    if (credential != null) {
      credentials.put(id, credential);
    }
    return new Catalog.Change.Changed<>(kept);
  }

  @Override
  public synchronized Removal removeProvider(TenantId tenant, ProviderId id) {
    boolean used =
        models(tenant).stream()
            .flatMap(each -> each.deployments().stream())
            .anyMatch(each -> each.provider().equals(id));
    if (used) {
      return Removal.IN_USE;
    }
    credentials.remove(id);
    prices
        .getOrDefault(tenant, new ArrayList<>())
        .removeIf(each -> each.seller().equals(new Seller.OfProvider(id)));
    return providers.removeIf(each -> each.tenant().equals(tenant) && each.id().equals(id))
        ? Removal.REMOVED
        : Removal.MISSING;
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
  public synchronized Optional<Model> findModel(TenantId tenant, ModelId id) {
    return models(tenant).stream().filter(each -> each.id().equals(id)).findFirst();
  }

  @Override
  public synchronized Catalog.Change<Model> updateModel(
      TenantId tenant, ModelId id, UnaryOperator<Model> change) {
    Model before = findModel(tenant, id).orElse(null);
    if (before == null) {
      return new Catalog.Change.Missing<>();
    }
    Model changed = change.apply(before);
    if (models(tenant).stream()
        .anyMatch(each -> !each.id().equals(id) && each.name().equals(changed.name()))) {
      return new Catalog.Change.NameTaken<>();
    }
    models.set(models.indexOf(before), changed);
    return new Catalog.Change.Changed<>(changed);
  }

  @Override
  public synchronized boolean removeModel(TenantId tenant, ModelId id) {
    return models.removeIf(each -> each.tenant().equals(tenant) && each.id().equals(id));
  }

  @Override
  public void alone(TenantId tenant) {
    // There are no units of work here, so nothing is kept to the end of one.
  }

  @Override
  public synchronized Optional<Price> put(TenantId tenant, Price price) {
    List<Price> own = prices.computeIfAbsent(tenant, _ -> new ArrayList<>());
    Optional<Price> before =
        own.stream()
            .filter(
                each ->
                    each.seller().equals(price.seller())
                        && each.model().equals(price.model())
                        && each.effectiveFrom().equals(price.effectiveFrom()))
            .findFirst();
    before.ifPresent(own::remove);
    own.add(price);
    own.sort(
        Comparator.comparing((Price each) -> each.seller().wire())
            .thenComparing(Price::model)
            .thenComparing(Price::effectiveFrom, Comparator.reverseOrder()));
    return before;
  }

  @Override
  public synchronized Optional<Price> find(TenantId tenant, PriceId id) {
    return all(tenant).stream().filter(each -> each.id().equals(id)).findFirst();
  }

  @Override
  public synchronized Prices.Change change(TenantId tenant, Price price) {
    Price before = find(tenant, price.id()).orElse(null);
    Prices.Change refused = refused(before, price.effectiveFrom());
    if (refused != null) {
      return refused;
    }
    boolean taken =
        all(tenant).stream()
            .anyMatch(
                each ->
                    !each.id().equals(price.id())
                        && each.seller().equals(price.seller())
                        && each.model().equals(price.model())
                        && each.effectiveFrom().equals(price.effectiveFrom()));
    if (taken) {
      return Prices.Change.DATE_TAKEN;
    }
    remove(tenant, price.id());
    put(tenant, price);
    return Prices.Change.DONE;
  }

  private static Prices.@Nullable Change refused(@Nullable Price before, Instant then) {
    if (before == null) {
      return Prices.Change.MISSING;
    }
    Instant now = Instant.now();
    return before.effectiveFrom().isAfter(now) && then.isAfter(now) ? null : Prices.Change.IN_FORCE;
  }

  @Override
  public synchronized Prices.Change remove(TenantId tenant, PriceId id) {
    Price before = find(tenant, id).orElse(null);
    Prices.Change refused = refused(before, before == null ? Instant.MAX : before.effectiveFrom());
    if (refused != null) {
      return refused;
    }
    prices.getOrDefault(tenant, new ArrayList<>()).removeIf(each -> each.id().equals(id));
    return Prices.Change.DONE;
  }

  @Override
  public synchronized List<Price> all(TenantId tenant) {
    return List.copyOf(prices.getOrDefault(tenant, List.of()));
  }
}
