package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;

class InMemoryIdempotencyTest extends IdempotencyRecordsContract {
  private final InMemoryIdempotency records = new InMemoryIdempotency();

  @Override
  protected IdempotencyRecords records() {
    return records;
  }

  @Override
  protected TenantId foundTenant() {
    return SampleIds.aTenant();
  }
}
