package dev.tollgate.persistence.catalog;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.PricesContract;
import dev.tollgate.persistence.database.TestingDatabase;

class PostgresPricesTest extends PricesContract {
  private final Prices prices = new PostgresPrices(TestingDatabase.shared().database());

  @Override
  protected Prices prices() {
    return prices;
  }

  @Override
  protected TenantId foundTenant() {
    return TestingDatabase.shared().foundTenant();
  }
}
