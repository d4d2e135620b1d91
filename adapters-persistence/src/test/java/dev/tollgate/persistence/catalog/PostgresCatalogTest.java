package dev.tollgate.persistence.catalog;

import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.CatalogContract;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.persistence.database.TestingDatabase;

class PostgresCatalogTest extends CatalogContract {
  private final Catalog catalog = new PostgresCatalog(TestingDatabase.shared().database());

  @Override
  protected Catalog catalog() {
    return catalog;
  }

  @Override
  protected TenantId foundTenant() {
    return TestingDatabase.shared().foundTenant();
  }
}
