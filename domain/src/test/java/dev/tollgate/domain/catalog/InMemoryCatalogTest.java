package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;

class InMemoryCatalogTest extends CatalogContract {
  private final InMemoryCatalog catalog = new InMemoryCatalog();

  @Override
  protected Catalog catalog() {
    return catalog;
  }

  @Override
  protected TenantId foundTenant() {
    return SampleIds.aTenant();
  }
}
