package dev.tollgate.persistence.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.IdempotencyRecords;
import dev.tollgate.domain.tenancy.IdempotencyRecordsContract;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.Housekeeping;
import dev.tollgate.persistence.database.TestingDatabase;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class PostgresIdempotencyTest extends IdempotencyRecordsContract {
  private static final byte[] REQUEST = {1};

  private final TestingDatabase testing = TestingDatabase.shared();
  private final IdempotencyRecords records = new PostgresIdempotency(testing.database());

  @Override
  protected IdempotencyRecords records() {
    return records;
  }

  @Override
  protected TenantId foundTenant() {
    return testing.foundTenant();
  }

  private void grow(TenantId tenant, String age) {
    testing.run(
        Role.MIGRATOR,
        "update tollgate.idempotency set created_at = created_at - interval '"
            + age
            + "' where tenant_id = '"
            + tenant.value()
            + "'");
  }

  @Test
  void theClaimOfANodeThatDiedIsFreeAfterAMinute() {
    TenantId tenant = foundTenant();
    records.claim(tenant, "a", REQUEST);
    grow(tenant, "50 seconds");
    assertThat(records.claim(tenant, "a", REQUEST))
        .isInstanceOf(IdempotencyRecords.Claim.InProgress.class);
    grow(tenant, "11 seconds");
    assertThat(records.claim(tenant, "a", REQUEST))
        .isInstanceOf(IdempotencyRecords.Claim.First.class);
  }

  @Test
  void anAnswerIsRememberedForADay() {
    TenantId tenant = foundTenant();
    Housekeeping housekeeping = new Housekeeping(testing.database(), Clock.systemUTC());
    records.claim(tenant, "a", REQUEST);
    records.complete(tenant, "a", 200, REQUEST);
    grow(tenant, "23 hours 55 minutes");
    housekeeping.run();
    assertThat(records.claim(tenant, "a", REQUEST))
        .isInstanceOf(IdempotencyRecords.Claim.Done.class);
    grow(tenant, "6 minutes");
    housekeeping.run();
    assertThat(records.claim(tenant, "a", REQUEST))
        .isInstanceOf(IdempotencyRecords.Claim.First.class);
  }
}
