package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.audit.AuditEvent;
import dev.tollgate.domain.ids.AuditEventId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.stores.IdempotencyRecords;
import dev.tollgate.persistence.audit.PostgresAuditLog;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import dev.tollgate.persistence.tenancy.PostgresIdempotency;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// A unit of work that sets a hundred budgets takes the tenant's lock last and in one statement, so
/// the batches of its calls go on beside it. Not part of `./mvnw verify`: `bench/faults budgets`.
class ManyBudgetsFaults {
  private static final int SECONDS = Integer.getInteger("tollgate.seconds", 3);

  /// Milliseconds.
  private static final int BAR_MILLIS = Integer.getInteger("tollgate.budgets.bar", 100);

  private static final int CALLERS = 64;
  private static final int BUDGETS = 100;

  @Test
  void aHundredBudgetsHoldUpNoBatch() throws Exception {
    Database database = TestingDatabase.shared().database();
    try (PostgresAuthority ledger = new PostgresAuthority()) {
      List<VirtualKey> keys = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        VirtualKey key = ledger.newKey();
        keys.add(key);
        ledger.limitedBy(SampleBudgets.ofKey(key, "1000"));
      }
      List<Budget> budgets = new ArrayList<>();
      for (int i = 0; i < BUDGETS; i++) {
        budgets.add(SampleBudgets.ofKey(ledger.newKey(), "1000"));
      }
      GroupCommit node = TestingWriter.of(database, 1);
      node.start();
      try {
        // The first seconds are those of a program that has just started.
        run(node, keys, SECONDS / 2, () -> 0);
        node.longestBatch();
        int alone = run(node, keys, SECONDS, () -> 0).getFirst();
        Duration usual = node.longestBatch();
        List<Integer> paced = run(node, keys, SECONDS, () -> set(database, ledger, budgets, 100));
        Duration longest = node.longestBatch();
        List<Integer> pressed = run(node, keys, SECONDS, () -> set(database, ledger, budgets, 0));
        Duration worst = node.longestBatch();
        System.out.printf(
            "budgets: longest batch of %d callers %d ms (%d calls); beside %d units of work with %d"
                + " budgets, 100 ms apart, %d ms (%d calls); beside %d without a pause %d ms (%d"
                + " calls)%n",
            CALLERS,
            usual.toMillis(),
            alone,
            paced.getLast(),
            BUDGETS,
            longest.toMillis(),
            paced.getFirst(),
            pressed.getLast(),
            worst.toMillis(),
            pressed.getFirst());
        assertThat(pressed).allMatch(each -> each > 0);
        // What a batch takes beyond one that meets no change is what it waited.
        Duration bar = usual.plusMillis(BAR_MILLIS);
        assertThat(longest).isLessThanOrEqualTo(bar);
        assertThat(worst).isLessThanOrEqualTo(bar);
      } finally {
        node.close();
      }
    }
  }

  /// @return how many calls were settled, and how many units of work were done beside them
  private static List<Integer> run(
      GroupCommit node, List<VirtualKey> keys, int seconds, Callable<Integer> beside)
      throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        ExecutorService administrator = Executors.newSingleThreadExecutor()) {
      long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
      Future<Integer> units =
          administrator.submit(
              () -> {
                int done = 0;
                while (System.nanoTime() < end) {
                  int more = beside.call();
                  done += more;
                  if (more == 0) {
                    break;
                  }
                }
                return done;
              });
      List<Callable<Integer>> callers = new ArrayList<>();
      keys.forEach(key -> callers.add(() -> call(node, key, end)));
      int settled = 0;
      for (Future<Integer> each : executor.invokeAll(callers)) {
        settled += each.get();
      }
      return List.of(settled, units.get());
    }
  }

  /// One that is refused waits a little, as callers do: a loop without a pause would take the
  /// carriers from the unit of work.
  ///
  /// @return how many calls were settled
  private static int call(GroupCommit node, VirtualKey key, long end) throws InterruptedException {
    int settled = 0;
    while (System.nanoTime() < end) {
      if (node.reserve(SampleBudgets.aPatientHold(key, "0.0001"))
              instanceof Admission.Admitted admitted
          && node.commit(
              SampleCalls.aCall().by(key).settling(admitted.hold()).costing(10).build(),
              Duration.ofSeconds(5))) {
        settled++;
      } else {
        Thread.sleep(10);
      }
    }
    return settled;
  }

  /// Sets them in one unit of work as a change of management is carried out, and waits: the
  /// idempotency record is claimed first; the audit event and the record come after the budgets.
  ///
  /// @return 1
  private static int set(
      Database database, PostgresAuthority ledger, List<Budget> budgets, long pauseMillis)
      throws InterruptedException {
    PostgresIdempotency idempotency = new PostgresIdempotency(database);
    PostgresAuditLog audit = new PostgresAuditLog(database);
    TenantId tenant = ledger.tenant();
    String key = UUID.randomUUID().toString();
    byte[] hash = new byte[32];
    List<Optional<Budgets.State>> set =
        database
            .work()
            .inTenant(
                tenant,
                _ -> {
                  assertThat(idempotency.claim(tenant, key, List.of(hash)))
                      .isEqualTo(new IdempotencyRecords.Claim.First());
                  List<Optional<Budgets.State>> states = ledger.budgets().put(tenant, budgets);
                  audit.add(tenant, anEvent(states));
                  idempotency.keep(
                      tenant, key, hash, new IdempotencyRecords.Kept(200, new byte[2_000], false));
                  return states;
                });
    assertThat(set).hasSize(BUDGETS).allMatch(Optional::isPresent);
    Thread.sleep(pauseMillis);
    return 1;
  }

  private static AuditEvent anEvent(List<Optional<Budgets.State>> states) {
    return new AuditEvent(
        new AuditEventId(SampleIds.anId()),
        Instant.now(),
        "administrator",
        "budget.set",
        states.getFirst().orElseThrow().budget().id().toString(),
        null,
        "{\"budgets\": " + states.size() + "}",
        "rest",
        "req");
  }
}
