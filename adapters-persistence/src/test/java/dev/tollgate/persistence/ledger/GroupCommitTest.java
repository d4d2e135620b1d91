package dev.tollgate.persistence.ledger;

import static dev.tollgate.domain.inference.SampleCalls.aCall;
import static dev.tollgate.domain.inference.SampleCalls.someCalls;
import static dev.tollgate.persistence.ledger.CommittedRows.idsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.SampleProjects;
import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupCommitTest {
  private static final Instant START = Instant.parse("2026-11-21T21:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final TestingDatabase testing = TestingDatabase.shared();
  private final TenantId tenant = testing.foundTenant();
  private final CommittedRows rows = new CommittedRows(testing.config(), tenant);
  private final GroupCommit writer = TestingWriter.of(testing.database(), 3);

  @BeforeEach
  void start() {
    writer.start();
  }

  @AfterEach
  void stop() {
    writer.close();
  }

  private CallRecord call() {
    return aCall().of(tenant).at(START).build();
  }

  @Test
  void callsOfManyThreadsAreCommittedOnceWithTheirRollUps() throws Exception {
    Project project = project();
    List<VirtualKey> keys = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      keys.add(SampleKeys.aKey().of(project).tagged("load").build());
    }
    List<CallRecord> calls = someCalls(5_000, 1, keys, START, Duration.ofHours(6));
    commitFrom(64, calls);
    assertThat(rows.ids()).containsExactlyInAnyOrderElementsOf(idsOf(calls));
    rows.assertRollUpsEqualTheRows();
    assertThat(rows.batches()).hasSizeLessThan(calls.size() / 4);
    assertThat(writer.waiting()).isZero();
  }

  private void commitFrom(int threads, List<CallRecord> calls)
      throws InterruptedException, ExecutionException {
    List<Callable<Boolean>> shares = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int share = i;
      shares.add(
          () -> {
            boolean all = true;
            for (int j = share; j < calls.size(); j += threads) {
              all &= writer.commit(calls.get(j), PATIENCE);
            }
            return all;
          });
    }
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> committed : executor.invokeAll(shares)) {
        assertThat(committed.get()).isTrue();
      }
    }
  }

  @Test
  void aBatchFormsWhileTheLastOneCommits() throws Exception {
    assertThat(writer.commit(call(), PATIENCE)).isTrue();
    List<CallRecord> later = new ArrayList<>();
    try (Connection blocker = locking("tollgate.usage_bucket")) {
      writer.offer(call());
      awaitBlockedWriter();
      for (int i = 0; i < 100; i++) {
        later.add(call());
        writer.offer(later.getLast());
      }
      assertThat(writer.waiting()).isEqualTo(101);
      blocker.rollback();
    }
    Eventually.holds("everything is committed", () -> writer.waiting() == 0);
    assertThat(rows.batches()).containsExactly("1", "1", "100");
  }

  private Connection locking(String table) throws SQLException {
    Connection blocker = testing.open(Role.MIGRATOR);
    blocker.setAutoCommit(false);
    try (var statement = blocker.createStatement()) {
      statement.execute("lock table " + table + " in exclusive mode");
    }
    return blocker;
  }

  private void awaitBlockedWriter() throws InterruptedException {
    Eventually.holds(
        "the writer waits for a lock",
        () ->
            testing.select("select count(*) from pg_locks where not granted").equals(List.of("1")));
  }

  @Test
  void aCommitIsNotConfirmedBeforeItIsDurable() throws Exception {
    CallRecord call = call();
    try (Connection blocker = locking("tollgate.usage_bucket")) {
      assertThat(writer.commit(call, Duration.ofMillis(300))).isFalse();
      assertThat(rows.ids()).isEmpty();
      blocker.rollback();
    }
    Eventually.holds("the call is committed all the same", () -> writer.waiting() == 0);
    assertThat(rows.ids()).containsExactly(call.id());
  }

  @Test
  void callsThatCannotBeWrittenDoNotHoldUpTheOthers() throws Exception {
    CallRecord first = call();
    assertThat(writer.commit(first, PATIENCE)).isTrue();
    List<CallRecord> good = new ArrayList<>();
    List<CallRecord> bad =
        List.of(
            aCall().of(tenant).at(START).failing(1_000_000, "no such status").build(),
            aCall().by(SampleKeys.aKey().of(project()).tagged("nul \0").build()).at(START).build(),
            first);
    try (Connection blocker = locking("tollgate.usage_bucket")) {
      writer.offer(call());
      awaitBlockedWriter();
      for (int i = 0; i < 30; i++) {
        good.add(call());
        writer.offer(good.getLast());
        if (i % 10 == 5) {
          writer.offer(bad.get(i / 10));
        }
      }
      blocker.rollback();
    }
    Eventually.holds("all are dealt with", () -> writer.waiting() == 0);
    // A status that is none is put down at its bound; a call that is written already is not again.
    assertThat(rows.ids())
        .containsAll(idsOf(good))
        .containsAll(idsOf(bad))
        .hasSize(4 + good.size());
    rows.assertRollUpsEqualTheRows();
    assertThat(writer.commit(call(), PATIENCE)).isTrue();
  }

  private Project project() {
    return SampleProjects.aProject(tenant, SampleProjects.aProject().businessUnit());
  }

  @Test
  void whatWaitsAtTheStopIsCommitted() {
    List<CallRecord> calls = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      calls.add(call());
      writer.offer(calls.getLast());
    }
    writer.close();
    assertThat(writer.waiting()).isZero();
    assertThat(rows.ids()).containsExactlyInAnyOrderElementsOf(idsOf(calls));
  }

  @Test
  void nodesWriteRollUpsOfTheirOwn() {
    CallRecord one = call();
    CallRecord two = call();
    assertThat(writer.commit(one, PATIENCE)).isTrue();
    try (GroupCommit other = TestingWriter.of(testing.database(), 4)) {
      other.start();
      assertThat(other.commit(two, PATIENCE)).isTrue();
    }
    assertThat(rows.ids()).containsExactlyInAnyOrder(one.id(), two.id());
    rows.assertRollUpsEqualTheRows();
    assertThat(
            testing.select(
                "select node from tollgate.usage_bucket where tenant_id = '"
                    + tenant.value()
                    + "' order by 1"))
        .containsExactly("3", "4");
  }
}
