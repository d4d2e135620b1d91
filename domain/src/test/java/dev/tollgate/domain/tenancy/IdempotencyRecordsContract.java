package dev.tollgate.domain.tenancy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.IdempotencyRecords.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What every memory of answered requests promises.
public abstract class IdempotencyRecordsContract {
  private static final byte[] REQUEST = {1, 2, 3};
  private static final byte[] OTHER = {4};
  private static final byte[] BODY = "{\"id\":\"key_1\"}".getBytes(UTF_8);

  protected abstract IdempotencyRecords records();

  /// A new tenant with the root of its business units.
  protected abstract TenantId foundTenant();

  @Test
  void theFirstClaimGoesOn() {
    assertThat(records().claim(foundTenant(), "a", REQUEST)).isEqualTo(new Claim.First());
  }

  @Test
  void aSecondClaimLearnsThatTheFirstIsBeingWorkedOn() {
    TenantId tenant = foundTenant();
    records().claim(tenant, "a", REQUEST);
    assertThat(records().claim(tenant, "a", REQUEST)).isEqualTo(new Claim.InProgress());
  }

  @Test
  void aCompletedClaimAnswersTheSameAgain() {
    TenantId tenant = foundTenant();
    records().claim(tenant, "a", REQUEST);
    records().complete(tenant, "a", 201, BODY);
    for (int i = 0; i < 2; i++) {
      assertThat(records().claim(tenant, "a", REQUEST))
          .isInstanceOfSatisfying(
              Claim.Done.class,
              done -> {
                assertThat(done.status()).isEqualTo(201);
                assertThat(done.body()).isEqualTo(BODY);
              });
    }
  }

  @Test
  void anotherRequestUnderTheSameKeyIsToldSo() {
    TenantId tenant = foundTenant();
    records().claim(tenant, "a", REQUEST);
    assertThat(records().claim(tenant, "a", OTHER)).isEqualTo(new Claim.OtherRequest());
    records().complete(tenant, "a", 200, BODY);
    assertThat(records().claim(tenant, "a", OTHER)).isEqualTo(new Claim.OtherRequest());
  }

  @Test
  void aReleasedClaimIsFreeForAnyRequest() {
    TenantId tenant = foundTenant();
    records().claim(tenant, "a", REQUEST);
    records().release(tenant, "a");
    assertThat(records().claim(tenant, "a", OTHER)).isEqualTo(new Claim.First());
  }

  @Test
  void anAnswerIsNotForgottenByARelease() {
    TenantId tenant = foundTenant();
    records().claim(tenant, "a", REQUEST);
    records().complete(tenant, "a", 200, BODY);
    records().release(tenant, "a");
    assertThat(records().claim(tenant, "a", REQUEST)).isInstanceOf(Claim.Done.class);
  }

  @Test
  void tenantsAndKeysAreApart() {
    TenantId tenant = foundTenant();
    records().claim(tenant, "a", REQUEST);
    assertThat(records().claim(tenant, "b", REQUEST)).isEqualTo(new Claim.First());
    assertThat(records().claim(foundTenant(), "a", REQUEST)).isEqualTo(new Claim.First());
  }

  @Test
  void ofManyClaimsAtOnceOneIsFirst() throws Exception {
    TenantId tenant = foundTenant();
    List<Callable<Claim>> claims = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      claims.add(() -> records().claim(tenant, "a", REQUEST));
    }
    List<Claim> answers = new ArrayList<>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Claim> answer : executor.invokeAll(claims)) {
        answers.add(answer.get());
      }
    }
    assertThat(answers).containsOnlyOnce(new Claim.First());
    assertThat(answers).filteredOn(new Claim.InProgress()::equals).hasSize(15);
  }
}
