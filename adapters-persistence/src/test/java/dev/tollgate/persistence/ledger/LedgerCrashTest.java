package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.SampleProjects;
import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Migrations;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import dev.tollgate.persistence.keys.PostgresVirtualKeys;
import dev.tollgate.persistence.tenancy.PostgresProjects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// PostgreSQL is killed under calls that hold and settle. `-Dtollgate.kills=10` does it more often.
class LedgerCrashTest {
  private static final int KILLS = Integer.getInteger("tollgate.kills", 2);

  private final Path folder = TestingDatabase.shared().folderForAnother();
  private EmbeddedDatabase embedded = EmbeddedDatabase.start(folder, 0, Map.of());
  private final Set<HoldId> admitted = ConcurrentHashMap.newKeySet();
  private final Map<HoldId, Long> acknowledged = new ConcurrentHashMap<>();
  private final AtomicBoolean over = new AtomicBoolean();

  @Test
  void nothingIsAdmittedWithoutADurableHoldAndNoSettleIsLost() throws Exception {
    Migrations.run(embedded.config());
    try (Database database = new Database(embedded.config());
        GroupCommit writer = TestingWriter.of(database, 1);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      VirtualKey key = budgeted(database);
      writer.start();
      for (int i = 0; i < 16; i++) {
        var _ = executor.submit(() -> load(writer, key));
      }
      try {
        for (int kill = 0; kill <= KILLS; kill++) {
          int before = acknowledged.size();
          Eventually.holds("calls are settled", () -> acknowledged.size() > before + 100);
          if (kill < KILLS) {
            killAndRestart(writer);
          }
        }
      } finally {
        over.set(true);
        executor.shutdown();
      }
      assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      Eventually.holds("nothing waits", () -> writer.waiting() == 0);
      assertTheBooks(database, key);
    } finally {
      embedded.close();
      TestingDatabase.delete(folder);
    }
  }

  private VirtualKey budgeted(Database database) {
    TenantId tenant = TestingDatabase.found(embedded.config());
    PostgresProjects projects = new PostgresProjects(database);
    Project project = SampleProjects.aProject(tenant, projects.rootOf(tenant));
    projects.add(project);
    VirtualKey key = SampleKeys.aKey().of(project).build();
    new PostgresVirtualKeys(database).add(key, SampleKeys.aSecretOf(key));
    assertThat(
            new PostgresBudgets(database)
                .put(tenant, List.of(SampleBudgets.ofKey(key, "1000")))
                .getFirst())
        .isPresent();
    return key;
  }

  private void load(GroupCommit writer, VirtualKey key) {
    long cost = 1;
    while (!over.get()) {
      if (writer.reserve(SampleBudgets.aPatientHold(key, "0.0001"))
          instanceof Admission.Admitted done) {
        Hold hold = done.hold();
        admitted.add(hold.id());
        cost = cost % 1_000 + 1;
        if (writer.commit(
            SampleCalls.aCall().by(key).settling(hold).costing(cost).build(),
            Duration.ofSeconds(20))) {
          acknowledged.put(hold.id(), cost);
        }
      } else {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void killAndRestart(GroupCommit writer) throws Exception {
    String pid = Files.readAllLines(folder.resolve("data").resolve("postmaster.pid")).getFirst();
    ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    List<ProcessHandle> all =
        Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    int port = embedded.port();
    Eventually.holds("it is noticed", writer::isFailing);
    // A caller who was admitted before has noted it by then.
    Thread.sleep(100);
    int admittedSoFar = admitted.size();
    Thread.sleep(300);
    assertThat(admitted).as("admitted while away").hasSize(admittedSoFar);
    embedded.close();
    embedded = EmbeddedDatabase.start(folder, port, Map.of());
    long up = System.nanoTime();
    Eventually.holds("it is taken up again", () -> !writer.isFailing());
    assertThat(Duration.ofNanos(System.nanoTime() - up)).isLessThan(Duration.ofSeconds(10));
  }

  private void assertTheBooks(Database database, VirtualKey key) {
    Map<String, String> entries = new HashMap<>();
    for (String row :
        TestingDatabase.select(
            embedded.config(), "select hold_id || ' ' || n || ' ' || amount from tollgate.entry")) {
      String[] parts = row.split(" ", -1);
      assertThat(entries.put(parts[0] + parts[1], parts[2])).as("one entry").isNull();
    }
    acknowledged.forEach(
        (hold, cost) -> assertThat(entries).containsEntry(hold.value() + "0", cost.toString()));
    Set<String> open =
        Set.copyOf(TestingDatabase.select(embedded.config(), "select id::text from tollgate.hold"));
    for (HoldId hold : admitted) {
      String id = hold.value().toString();
      assertThat(entries.containsKey(id + "0") || open.contains(id)).as("hold %s", id).isTrue();
    }
    assertThat(new PostgresLedgerVerifier(database).verify(key.tenant()).violations()).isEmpty();
  }
}
