package dev.tollgate.persistence.ledger;

import static dev.tollgate.domain.inference.SampleCalls.aCall;
import static dev.tollgate.persistence.ledger.CommittedRows.idsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingProxy;
import dev.tollgate.persistence.database.TestingWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The database is up; the way to it is not.
@Timeout(60)
class LostAcknowledgementTest {
  private static final Instant START = Instant.parse("2026-11-21T21:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(250);

  private final TestingDatabase testing = TestingDatabase.shared();
  private final TestingProxy proxy = TestingProxy.start();
  private final Database database = new Database(proxy.config());
  private final TenantId tenant = testing.foundTenant();
  private final CommittedRows rows = new CommittedRows(testing.config(), tenant);
  private final GroupCommit writer = TestingWriter.of(database, 5);

  @BeforeEach
  void start() {
    writer.start();
  }

  @AfterEach
  void stop() {
    proxy.restore();
    writer.close();
    database.close();
    proxy.close();
  }

  private CallRecord call() {
    return aCall().of(tenant).at(START).build();
  }

  @Test
  void aBatchWhoseAcknowledgementIsLostIsWrittenOnce() throws Exception {
    CallRecord first = call();
    CallRecord lost = call();
    CallRecord later = call();
    assertThat(writer.commit(first, PATIENCE)).isTrue();
    proxy.loseNextAnswerAndRefuse();
    assertThat(writer.commit(lost, SHORT)).isFalse();
    assertThat(rows.ids()).containsExactlyInAnyOrder(first.id(), lost.id());
    assertThat(writer.isFailing()).isTrue();
    writer.offer(later);
    proxy.restore();
    Eventually.holds("all are committed", () -> writer.waiting() == 0);
    assertThat(rows.ids()).containsExactlyInAnyOrder(first.id(), lost.id(), later.id());
    rows.assertRollUpsEqualTheRows();
    assertThat(writer.isFailing()).isFalse();
  }

  @Test
  void anAnswerThatComesAfterAllIsBelieved() throws Exception {
    assertThat(writer.commit(call(), PATIENCE)).isTrue();
    proxy.hold();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> committed = executor.submit(() -> writer.commit(call(), PATIENCE));
      assertThat(proxy.isHolding()).isTrue();
      assertThat(committed.isDone()).isFalse();
      proxy.release();
      assertThat(committed.get()).isTrue();
    }
  }

  @Test
  void manyLostAcknowledgementsNeitherLoseNorDoubleACall() throws Exception {
    proxy.loseOneAnswerIn(25);
    assertNoneIsLostOrDoubledWhile(() -> Thread.sleep(1_500));
  }

  @Test
  void aWriterWhoseBackendIsTerminatedNeitherLosesNorDoublesACall() throws Exception {
    assertNoneIsLostOrDoubledWhile(
        () -> {
          for (int i = 0; i < 15; i++) {
            testing.run(
                Role.LEDGER,
                "select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where application_name = 'tollgate writer'");
            Thread.sleep(100);
          }
        });
  }

  private interface Trouble {
    void happen() throws InterruptedException;
  }

  /// Commits from 16 threads while there is trouble.
  private void assertNoneIsLostOrDoubledWhile(Trouble trouble) throws Exception {
    assertThat(writer.commit(call(), PATIENCE)).isTrue();
    Collection<CallRecord> calls = new ConcurrentLinkedQueue<>();
    AtomicBoolean done = new AtomicBoolean();
    List<Future<?>> threads = new ArrayList<>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 16; i++) {
        threads.add(executor.submit(() -> commitUntil(done, calls)));
      }
      try {
        trouble.happen();
      } finally {
        done.set(true);
      }
    }
    for (Future<?> thread : threads) {
      thread.get();
    }
    assertThat(rows.ids()).hasSize(1 + calls.size()).containsAll(idsOf(calls));
    rows.assertRollUpsEqualTheRows();
  }

  private void commitUntil(AtomicBoolean done, Collection<CallRecord> calls) {
    do {
      CallRecord call = call();
      calls.add(call);
      assertThat(writer.commit(call, PATIENCE)).isTrue();
    } while (!done.get());
  }

  @Test
  void whileTheDatabaseIsOutOfReachCallsWaitUpToALimit() throws Exception {
    assertThat(writer.commit(call(), PATIENCE)).isTrue();
    proxy.refuse();
    long before = System.nanoTime();
    assertThat(writer.commit(call(), SHORT)).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isBetween(SHORT, Duration.ofSeconds(2));
    List<CallRecord> waiting = new ArrayList<>();
    for (int i = 1; i < GroupCommit.MOST_WAITING; i++) {
      assertThat(writer.accepting()).isTrue();
      waiting.add(call());
      writer.offer(waiting.getLast());
    }
    assertThat(writer.accepting()).isFalse();
    proxy.restore();
    Eventually.holds("all are committed", () -> writer.waiting() == 0);
    assertThat(writer.accepting()).isTrue();
    assertThat(rows.ids()).hasSize(2 + waiting.size()).containsAll(idsOf(waiting));
    rows.assertRollUpsEqualTheRows();
  }
}
