package dev.tollgate.domain.pricing;

import dev.tollgate.domain.catalog.InMemoryCatalog;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;

class InMemoryPricesTest extends PricesContract {
  private final InMemoryCatalog catalog = new InMemoryCatalog();

  @Override
  protected Prices prices() {
    return catalog;
  }

  @Override
  protected TenantId foundTenant() {
    return SampleIds.aTenant();
  }
}
