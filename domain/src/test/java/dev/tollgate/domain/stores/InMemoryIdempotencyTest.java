package dev.tollgate.domain.stores;

import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;

class InMemoryIdempotencyTest extends IdempotencyRecordsContract {
  private final InMemoryWork work = new InMemoryWork();
  private final IdempotencyRecords records = new InMemoryIdempotency(work);

  @Override
  protected IdempotencyRecords records() {
    return records;
  }

  @Override
  protected Work work() {
    return work;
  }

  @Override
  protected TenantId foundTenant() {
    return SampleIds.aTenant();
  }
}
