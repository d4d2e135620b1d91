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
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import dev.tollgate.persistence.tenancy.PostgresIdempotency;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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
/// the batches of its calls go on beside it. How long they wait for the lock is read from the
/// database, and the writer counts its longest batch. Not part of `./mvnw verify`: `bench/faults
/// budgets`.
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
        List<Run> runs = new ArrayList<>();
        for (Callable<Integer> beside :
            List.<Callable<Integer>>of(
                () -> 0,
                () -> set(database, ledger, budgets, 100),
                () -> set(database, ledger, budgets, 0))) {
          node.longestBatch();
          runs.add(run(node, keys, SECONDS, beside));
          System.out.println("budgets: " + runs.getLast().told(node.longestBatch()));
        }
        assertThat(runs).allMatch(each -> each.calls() > 0);
        assertThat(runs.subList(1, 3)).allMatch(each -> each.units() > 0);
        assertThat(runs.get(1).longestWait()).isLessThanOrEqualTo(BAR_MILLIS);
        // Nobody changes budgets without a pause; one after the other they starve no batch.
        assertThat(runs.get(2).longestWait()).isLessThanOrEqualTo(10L * BAR_MILLIS);
      } finally {
        node.close();
      }
    }
  }

  /// What happened in some seconds.
  ///
  /// @param calls that were settled
  /// @param units of work that were done beside them
  /// @param longestWait of a batch for the tenant's lock, in milliseconds
  private record Run(int calls, int units, long longestWait) {
    String told(Duration longestBatch) {
      return "%d callers settled %d calls beside %d units of work with %d budgets; longest wait for"
              .formatted(CALLERS, calls, units, BUDGETS)
          + " lock 7002 %d ms, longest batch %d ms".formatted(longestWait, longestBatch.toMillis());
    }
  }

  private static Run run(
      GroupCommit node, List<VirtualKey> keys, int seconds, Callable<Integer> beside)
      throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
        ExecutorService administrator = Executors.newSingleThreadExecutor();
        ExecutorService watch = Executors.newSingleThreadExecutor()) {
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
      Future<Long> wait = watch.submit(() -> longestWait(end));
      List<Callable<Integer>> callers = new ArrayList<>();
      keys.forEach(key -> callers.add(() -> call(node, key, end)));
      int settled = 0;
      for (Future<Integer> each : executor.invokeAll(callers)) {
        settled += each.get();
      }
      return new Run(settled, units.get(), wait.get());
    }
  }

  /// Looks every few milliseconds at the batches that wait for the lock.
  private static long longestWait(long end) throws Exception {
    String waiting =
        """
        select coalesce(max(extract(epoch from clock_timestamp() - waitstart) * 1000), 0)::bigint
        from pg_locks where locktype = 'advisory' and classid = 7002 and mode = 'ShareLock'
          and not granted""";
    long longest = 0;
    try (Connection database = TestingDatabase.shared().open(Role.APP);
        PreparedStatement look = database.prepareStatement(waiting)) {
      while (System.nanoTime() < end) {
        try (ResultSet row = look.executeQuery()) {
          row.next();
          longest = Math.max(longest, row.getLong(1));
        }
        Thread.sleep(2);
      }
    }
    return longest;
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
