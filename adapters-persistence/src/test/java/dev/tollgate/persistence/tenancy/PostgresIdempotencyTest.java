package dev.tollgate.persistence.tenancy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.IdempotencyRecords;
import dev.tollgate.domain.stores.IdempotencyRecords.Claim;
import dev.tollgate.domain.stores.IdempotencyRecordsContract;
import dev.tollgate.domain.stores.Work;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.Housekeeping;
import dev.tollgate.persistence.database.TestingDatabase;
import java.time.Clock;
import java.util.List;
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
  protected Work work() {
    return testing.database().work();
  }

  @Override
  protected TenantId foundTenant() {
    return testing.foundTenant();
  }

  private Claim claim(TenantId tenant) {
    return work().inTenant(tenant, _ -> records.claim(tenant, "a", List.of(REQUEST)));
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

  private void asANodeOfTheVersionBefore(TenantId tenant, String values) {
    testing.run(
        Role.MIGRATOR,
        "insert into tollgate.idempotency (tenant_id, key, request, status, body) values ('"
            + tenant.value()
            + "', 'a', '\\x01', "
            + values
            + ")");
  }

  @Test
  void theClaimOfANodeOfTheVersionBeforeIsFreeAfterAMinute() {
    TenantId tenant = foundTenant();
    asANodeOfTheVersionBefore(tenant, "null, null");
    grow(tenant, "50 seconds");
    assertThat(claim(tenant)).isEqualTo(new Claim.InProgress());
    grow(tenant, "11 seconds");
    assertThat(claim(tenant)).isEqualTo(new Claim.First());
  }

  @Test
  void theAnswerOfANodeOfTheVersionBeforeIsJson() {
    TenantId tenant = foundTenant();
    asANodeOfTheVersionBefore(tenant, "201, '{}'");
    assertThat(claim(tenant))
        .isInstanceOfSatisfying(
            Claim.Done.class,
            done -> {
              assertThat(done.answer().json()).isTrue();
              assertThat(done.answer().status()).isEqualTo(201);
            });
  }

  @Test
  void anAnswerIsRememberedForADay() {
    TenantId tenant = foundTenant();
    Housekeeping housekeeping = new Housekeeping(testing.database(), Clock.systemUTC());
    records.keep(tenant, "a", REQUEST, new IdempotencyRecords.Kept(200, REQUEST, false));
    grow(tenant, "23 hours 55 minutes");
    housekeeping.run();
    assertThat(claim(tenant)).isInstanceOf(Claim.Done.class);
    grow(tenant, "6 minutes");
    housekeeping.run();
    assertThat(claim(tenant)).isEqualTo(new Claim.First());
  }
}
