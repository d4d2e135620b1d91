package dev.tollgate.persistence.catalog;

import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.FactsBook;
import dev.tollgate.domain.catalog.FactsOfModels;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.RouteTable;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.persistence.database.ChangePoll;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Snapshots of the catalogue by tenant, that of the platform included, loaded when first needed
/// and replaced when a change is noticed. While the database is out of reach the last snapshot
/// stays in use.
public final class CachedRoutes implements Routes, ChangePoll.Listener {
  private static final Logger LOG = System.getLogger(CachedRoutes.class.getName());

  private final Catalog catalog;
  private final Prices prices;
  private final FactsOfModels facts;
  private final ConcurrentHashMap<TenantId, Snapshot> snapshots = new ConcurrentHashMap<>();

  public CachedRoutes(Catalog catalog, Prices prices, FactsOfModels facts) {
    this.catalog = catalog;
    this.prices = prices;
    this.facts = facts;
  }

  @Override
  public Snapshot current(TenantId tenant) {
    Snapshot snapshot = snapshots.get(tenant);
    return snapshot == null ? snapshots.computeIfAbsent(tenant, this::load) : snapshot;
  }

  @Override
  public void refresh(TenantId tenant) {
    if (tenant.isPlatform()) {
      everythingMayHaveChanged();
    } else {
      snapshots.compute(tenant, (_, _) -> load(tenant));
    }
  }

  @Override
  public void changed(ChangePoll.Change change) {
    if (change.kind().equals("catalogue")) {
      if (change.tenant().isPlatform()) {
        everythingMayHaveChanged();
      } else {
        refreshKept(change.tenant());
      }
    }
  }

  @Override
  public void everythingMayHaveChanged() {
    snapshots.keySet().forEach(this::refreshKept);
  }

  private void refreshKept(TenantId tenant) {
    try {
      snapshots.computeIfPresent(tenant, (_, _) -> load(tenant));
    } catch (StoreUnavailable e) {
      LOG.log(Level.WARNING, "The catalogue could not be read again; the last one stays in use.");
      throw e;
    }
  }

  private Snapshot load(TenantId tenant) {
    Map<ProviderId, Provider> providers =
        catalog.visibleProviders(tenant).stream()
            .collect(Collectors.toMap(Provider::id, Function.identity()));
    return new Snapshot(
        new RouteTable(catalog.visibleModels(tenant), providers),
        prices.book(tenant),
        new FactsBook(tenant.catalogues().stream().map(facts::all).toList()));
  }
}
