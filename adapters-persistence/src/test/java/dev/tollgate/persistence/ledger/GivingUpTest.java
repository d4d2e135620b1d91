package dev.tollgate.persistence.ledger;

import static dev.tollgate.domain.inference.SampleCalls.aCall;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingProxy;
import dev.tollgate.persistence.database.TestingWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// A writer that is stopped while the database is out of reach.
class GivingUpTest {
  private static final Instant START = Instant.parse("2026-11-21T21:00:00Z");

  @Test
  void aBatchThatFollowsOneGivenUpIsNotTakenForIt() throws Exception {
    TestingDatabase testing = TestingDatabase.shared();
    TenantId tenant = testing.foundTenant();
    var committed = new ConcurrentLinkedQueue<CallRecord>();
    try (TestingProxy proxy = TestingProxy.start();
        Database database = new Database(proxy.config());
        var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      GroupCommit writer = TestingWriter.of(database, 6);
      writer.start();
      CallRecord first = aCall().of(tenant).at(START).build();
      assertThat(writer.commit(first, Duration.ofSeconds(20))).isTrue();
      proxy.loseNextAnswerAndRefuse();
      // Committed, which the writer does not learn: it gives this batch up.
      writer.offer(aCall().of(tenant).at(START).build());
      Thread.sleep(50);
      for (int i = 0; i < 20; i++) {
        CallRecord call = aCall().of(tenant).at(START).build();
        var _ =
            executor.submit(
                () -> {
                  if (writer.commit(call, Duration.ofSeconds(4))) {
                    committed.add(call);
                  }
                });
      }
      Thread.sleep(50);
      var _ = executor.submit(writer::close);
      Thread.sleep(900);
      proxy.restore();
      executor.shutdown();
    }
    assertThat(new CommittedRows(testing.config(), tenant).ids())
        .containsAll(CommittedRows.idsOf(committed));
  }
}
