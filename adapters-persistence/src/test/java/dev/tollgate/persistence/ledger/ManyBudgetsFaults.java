package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    try (PostgresAuthority ledger = new PostgresAuthority();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
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
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        List<Callable<Integer>> callers = new ArrayList<>();
        keys.forEach(key -> callers.add(() -> call(node, key, end)));
        callers.add(() -> set(database, ledger, budgets, end));
        int usual = call(node, keys.getFirst(), System.nanoTime() + 300_000_000L);
        assertThat(usual).isPositive();
        Duration alone = node.longestBatch();
        List<Future<Integer>> done = executor.invokeAll(callers);
        Duration longest = node.longestBatch();
        int settled = 0;
        for (Future<Integer> each : done.subList(0, CALLERS)) {
          settled += each.get();
        }
        System.out.printf(
            "budgets: %d calls of %d callers beside %d units of work with %d budgets; longest batch"
                + " %d ms, %d ms before%n",
            settled, CALLERS, done.getLast().get(), BUDGETS, longest.toMillis(), alone.toMillis());
        assertThat(settled).isPositive();
        assertThat(done.getLast().get()).isPositive();
        assertThat(longest).isLessThanOrEqualTo(Duration.ofMillis(BAR_MILLIS));
      } finally {
        node.close();
      }
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

  /// @return how many units of work were done
  private static int set(
      Database database, PostgresAuthority ledger, List<Budget> budgets, long end) {
    int done = 0;
    while (System.nanoTime() < end) {
      List<Optional<dev.tollgate.domain.ledger.Budgets.State>> set =
          database
              .work()
              .inTenant(ledger.tenant(), _ -> ledger.budgets().put(ledger.tenant(), budgets));
      assertThat(set).hasSize(BUDGETS).allMatch(Optional::isPresent);
      done++;
    }
    return done;
  }
}
