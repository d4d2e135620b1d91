package dev.tollgate.domain.stores;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.IdempotencyRecords.Claim;
import dev.tollgate.domain.stores.IdempotencyRecords.Kept;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What every memory of answered requests promises.
public abstract class IdempotencyRecordsContract {
  private static final byte[] REQUEST = {1, 2, 3};
  private static final byte[] OTHER = {4};
  private static final Kept ANSWER = new Kept(201, "answer".getBytes(UTF_8), false);

  protected abstract IdempotencyRecords records();

  protected abstract Work work();

  /// A new tenant with the root of its business units.
  protected abstract TenantId foundTenant();

  private Claim claim(TenantId tenant, String key, byte[]... request) {
    return work().inTenant(tenant, _ -> records().claim(tenant, key, List.of(request)));
  }

  private void carryOut(TenantId tenant, String key, byte[] request) {
    work()
        .inTenant(
            tenant,
            _ -> {
              assertThat(records().claim(tenant, key, List.of(request)))
                  .isEqualTo(new Claim.First());
              records().keep(tenant, key, request, ANSWER);
              return true;
            });
  }

  @Test
  void theFirstClaimGoesOn() {
    assertThat(claim(foundTenant(), "a", REQUEST)).isEqualTo(new Claim.First());
  }

  @Test
  void aSecondClaimLearnsAtOnceThatTheFirstIsBeingWorkedOn() throws Exception {
    TenantId tenant = foundTenant();
    CountDownLatch claimed = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Claim> first =
          executor.submit(
              () ->
                  work()
                      .inTenant(
                          tenant,
                          _ -> {
                            Claim claim = records().claim(tenant, "a", List.of(REQUEST));
                            claimed.countDown();
                            await(told);
                            return claim;
                          }));
      await(claimed);
      assertThat(claim(tenant, "a", REQUEST)).isEqualTo(new Claim.InProgress());
      told.countDown();
      assertThat(first.get()).isEqualTo(new Claim.First());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aRequestThatWasCarriedOutAnswersTheSameAgain() {
    TenantId tenant = foundTenant();
    carryOut(tenant, "a", REQUEST);
    for (int i = 0; i < 2; i++) {
      assertThat(claim(tenant, "a", REQUEST))
          .isInstanceOfSatisfying(
              Claim.Done.class,
              done -> {
                assertThat(done.answer().status()).isEqualTo(201);
                assertThat(done.answer().body()).isEqualTo(ANSWER.body());
                assertThat(done.answer().json()).isFalse();
              });
    }
  }

  @Test
  void aRequestIsKnownByAnyOfItsHashes() {
    TenantId tenant = foundTenant();
    carryOut(tenant, "a", REQUEST);
    assertThat(claim(tenant, "a", OTHER, REQUEST)).isInstanceOf(Claim.Done.class);
  }

  @Test
  void anotherRequestUnderTheSameKeyIsToldSo() {
    TenantId tenant = foundTenant();
    carryOut(tenant, "a", REQUEST);
    assertThat(claim(tenant, "a", OTHER)).isEqualTo(new Claim.OtherRequest());
  }

  @Test
  void whatIsUndoneLeavesNothing() {
    TenantId tenant = foundTenant();
    work()
        .inTenant(
            tenant,
            unit -> {
              records().claim(tenant, "a", List.of(REQUEST));
              records().keep(tenant, "a", REQUEST, ANSWER);
              unit.undo();
              return true;
            });
    assertThat(claim(tenant, "a", OTHER)).isEqualTo(new Claim.First());
  }

  @Test
  void tenantsAndKeysAreApart() {
    TenantId tenant = foundTenant();
    carryOut(tenant, "a", REQUEST);
    assertThat(claim(tenant, "b", REQUEST)).isEqualTo(new Claim.First());
    assertThat(claim(foundTenant(), "a", REQUEST)).isEqualTo(new Claim.First());
  }

  @Test
  void ofManyClaimsAtOnceOneIsFirst() throws Exception {
    TenantId tenant = foundTenant();
    CountDownLatch all = new CountDownLatch(6);
    List<Callable<Claim>> claims = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      claims.add(
          () ->
              work()
                  .inTenant(
                      tenant,
                      _ -> {
                        Claim claim = records().claim(tenant, "a", List.of(REQUEST));
                        all.countDown();
                        await(all);
                        return claim;
                      }));
    }
    List<Claim> answers = new ArrayList<>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Claim> answer : executor.invokeAll(claims)) {
        answers.add(answer.get());
      }
    }
    assertThat(answers).containsOnlyOnce(new Claim.First());
    assertThat(answers).filteredOn(new Claim.InProgress()::equals).hasSize(5);
  }
}
