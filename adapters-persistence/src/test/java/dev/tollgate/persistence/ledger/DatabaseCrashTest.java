package dev.tollgate.persistence.ledger;

import static dev.tollgate.domain.inference.SampleCalls.aCall;
import static dev.tollgate.persistence.ledger.CommittedRows.idsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Migrations;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// PostgreSQL with all its processes is killed under load and started again in the same folder.
///
/// That a confirmed call is durable rests on two settings.
/// [#theseTestsNoticeCommitsThatAreNotDurable] shows that they notice when `synchronous_commit` is
/// off. They cannot notice when `fsync` is off: what a killed process has handed to the operating
/// system is not lost, only a loss of power would show it. So the setting itself is looked at.
@Timeout(120)
class DatabaseCrashTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
  private static final Duration PATIENCE = Duration.ofMillis(250);

  /// Stopping a database that was killed is reported with a stack trace.
  private static final Logger NOISE = Logger.getLogger("io.zonky.test.db.postgres.embedded");

  private static final Path FOLDER = TestingDatabase.shared().folderForAnother();
  private static EmbeddedDatabase embedded = EmbeddedDatabase.start(FOLDER, 0, Map.of());

  private final Collection<CallRecord> offered = new ConcurrentLinkedQueue<>();
  private final Collection<CallRecord> confirmed = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean done = new AtomicBoolean();
  private final Database database = new Database(embedded.config());
  private final TenantId tenant = TestingDatabase.found(embedded.config());
  private final CommittedRows rows = new CommittedRows(embedded.config(), tenant);

  @BeforeAll
  static void migrate() {
    NOISE.setLevel(Level.OFF);
    Migrations.run(embedded.config());
  }

  @AfterAll
  static void delete() {
    embedded.close();
    TestingDatabase.delete(FOLDER);
    NOISE.setLevel(null);
  }

  @AfterEach
  void stop() {
    database.close();
  }

  @Test
  void confirmedCallsSurviveAndUnconfirmedOnesFollow() throws Exception {
    assertThat(setting("fsync")).isEqualTo("on");
    assertThat(setting("synchronous_commit")).isEqualTo("on");
    assertThat(setting("full_page_writes")).isEqualTo("on");
    GroupCommit writer = TestingWriter.of(database, 1);
    writer.start();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        load(executor, writer);
        killAndRestart();
      } finally {
        done.set(true);
      }
    }
    Eventually.holds("nothing waits", () -> writer.waiting() == 0);
    writer.close();
    assertThat(offered).containsAll(confirmed);
    assertThat(rows.ids()).containsExactlyInAnyOrderElementsOf(idsOf(offered));
    rows.assertRollUpsEqualTheRows();
  }

  private void killAndRestart() throws IOException, InterruptedException {
    Eventually.holds("calls are confirmed", () -> confirmed.size() >= 500);
    kill();
    List<CallId> beforeTheRestart = idsOf(confirmed);
    Eventually.holds(
        "calls are not confirmed in time", () -> offered.size() >= confirmed.size() + 64);
    restart(Map.of());
    assertThat(rows.ids()).containsAll(beforeTheRestart);
    int soFar = confirmed.size();
    Eventually.holds("calls are confirmed again", () -> confirmed.size() >= soFar + 500);
  }

  @Test
  void theseTestsNoticeCommitsThatAreNotDurable() throws Exception {
    embedded.close();
    restart(Map.of("synchronous_commit", "off", "wal_writer_delay", "10s"));
    GroupCommit writer = TestingWriter.of(database, 1);
    writer.start();
    for (int i = 0; i < 20; i++) {
      CallRecord call = aCall().of(tenant).at(START).build();
      if (writer.commit(call, Duration.ofSeconds(10))) {
        confirmed.add(call);
      }
    }
    assertThat(confirmed).isNotEmpty();
    kill();
    restart(Map.of());
    assertThat(rows.ids()).hasSizeLessThan(confirmed.size());
    writer.close();
  }

  private void load(ExecutorService executor, GroupCommit writer) {
    for (int i = 0; i < 32; i++) {
      var _ =
          executor.submit(
              () -> {
                while (!done.get()) {
                  CallRecord call = aCall().of(tenant).at(START).build();
                  offered.add(call);
                  if (writer.commit(call, PATIENCE)) {
                    confirmed.add(call);
                  }
                }
              });
    }
  }

  private static String setting(String name) {
    return TestingDatabase.select(embedded.config(), "show " + name).getFirst();
  }

  /// Kills every process of the database at once, as a loss of power would.
  private static void kill() throws IOException, InterruptedException {
    String first;
    try (Stream<String> lines = Files.lines(FOLDER.resolve("data/postmaster.pid"))) {
      first = lines.findFirst().orElseThrow();
    }
    ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(first.strip())).orElseThrow();
    List<ProcessHandle> all =
        Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    Eventually.holds(
        "all processes are gone", () -> all.stream().noneMatch(ProcessHandle::isAlive));
  }

  private static void restart(Map<String, String> settings) {
    int port = embedded.port();
    embedded.close();
    embedded = EmbeddedDatabase.start(FOLDER, port, settings);
  }
}
