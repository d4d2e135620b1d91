package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Many callers on several nodes whose calls all count against one tenant. `-Dtollgate.seconds=120`
/// does it for longer, `-Dtollgate.hot.bar=80` asks for that percentage of what the same callers
/// reach on tenants of their own, `-Dtollgate.snapshot.bar=60` for that percentage of the speed on
/// one tenant while a session of the reports' role keeps a snapshot.
class HotRowTest {
  private static final int SECONDS = Integer.getInteger("tollgate.seconds", 3);
  private static final int BAR = Integer.getInteger("tollgate.hot.bar", 0);
  private static final int SNAPSHOT_BAR = Integer.getInteger("tollgate.snapshot.bar", 0);
  private static final int CALLERS = 64;
  private static final int NODES = 2;

  @Test
  void oneTenantsRowCausesNoDeadlockAndHardlyAnyWait() throws Exception {
    long deadlocks = deadlocks();
    long apart = 0;
    long together = 0;
    // Interleaved, since the machine may be slower in one half than in the other.
    for (int round = 0; round < 2; round++) {
      apart += callsSettled(CALLERS);
      together += callsSettled(1);
    }
    assertThat(deadlocks()).isEqualTo(deadlocks);
    long percent = together * 100 / apart;
    System.out.printf(
        "hot row: %d calls on one tenant, %d on %d tenants: %d %%%n",
        together, apart, CALLERS, percent);
    assertThat(percent).isGreaterThanOrEqualTo(BAR);
  }

  @Test
  void anIdleSnapshotOfTheReportsRoleLeavesAHotAccountItsSpeed() throws Exception {
    long without = 0;
    long with = 0;
    for (int round = 0; round < 2; round++) {
      without += callsSettled(1);
      try (Connection report = TestingDatabase.shared().open(Role.APP)) {
        report.setAutoCommit(false);
        report.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = report.createStatement()) {
          statement.executeQuery("select count(*) from tollgate.call").close();
          with += callsSettled(1);
        }
      }
    }
    long percent = with * 100 / without;
    System.out.printf(
        "hot row: %d calls without a snapshot, %d beside an idle one: %d %%%n",
        without, with, percent);
    assertThat(with).isPositive();
    assertThat(percent).isGreaterThanOrEqualTo(SNAPSHOT_BAR);
  }

  private static long deadlocks() {
    return Long.parseLong(
        TestingDatabase.shared()
            .select("select sum(deadlocks)::text from pg_stat_database")
            .getFirst());
  }

  private static long callsSettled(int tenants) throws Exception {
    List<PostgresAuthority> ledgers = new ArrayList<>();
    List<VirtualKey> keys = new ArrayList<>();
    for (int i = 0; i < tenants; i++) {
      PostgresAuthority ledger = new PostgresAuthority();
      ledgers.add(ledger);
      for (int j = 0; j < CALLERS / tenants; j++) {
        VirtualKey key = ledger.newKey();
        keys.add(key);
        ledger.limitedBy(
            SampleBudgets.ofKey(key, "1000"),
            SampleBudgets.of(key, ScopeRef.of(key.project()), Window.DAY, Policy.REFUSE, "1000"),
            SampleBudgets.ofTenant(key, "100000"));
      }
    }
    List<GroupCommit> nodes = new ArrayList<>();
    for (int i = 1; i <= NODES; i++) {
      GroupCommit node = TestingWriter.of(TestingDatabase.shared().database(), i);
      node.start();
      nodes.add(node);
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Long>> callers = new ArrayList<>();
      for (int i = 0; i < keys.size(); i++) {
        VirtualKey key = keys.get(i);
        GroupCommit node = nodes.get(i % NODES);
        callers.add(() -> callUntilTheEnd(node, key));
      }
      long settled = 0;
      for (Future<Long> each : executor.invokeAll(callers)) {
        settled += each.get();
      }
      return settled;
    } finally {
      nodes.forEach(GroupCommit::close);
      ledgers.forEach(PostgresAuthority::close);
    }
  }

  private static long callUntilTheEnd(GroupCommit node, VirtualKey key) {
    long settled = 0;
    long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos() / 2;
    while (System.nanoTime() < end) {
      Admission admission = node.reserve(SampleBudgets.aPatientHold(key, "0.0001"));
      if (!(admission instanceof Admission.Admitted admitted)) {
        throw new IllegalStateException("not admitted: " + admission);
      }
      if (node.commit(
          SampleCalls.aCall().by(key).settling(admitted.hold()).costing(10).build(),
          Duration.ofSeconds(5))) {
        settled++;
      }
    }
    return settled;
  }
}
