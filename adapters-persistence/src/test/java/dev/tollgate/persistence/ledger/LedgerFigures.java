package dev.tollgate.persistence.ledger;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Figures of the ledger for docs/performance.md: `bench/ledger`. One node, one hot tenant; a call
/// is a hold, its settle, its call row and its roll-ups, with four accounts.
class LedgerFigures {
  private static final int SECONDS = Integer.getInteger("tollgate.seconds", 10);
  private static final int WARM_UP = 3;

  private final PostgresAuthority ledger = new PostgresAuthority();
  private final List<VirtualKey> keys = new ArrayList<>();

  @Test
  void print() throws Exception {
    for (int i = 0; i < 64; i++) {
      VirtualKey key = ledger.newKey();
      keys.add(key);
      ledger.limitedBy(SampleBudgets.ofKey(key, "1000"));
    }
    ledger.limitedBy(SampleBudgets.ofTenant(keys.getFirst(), "100000"));
    try (GroupCommit writer = TestingWriter.over(ledger.open(1), ledger.books())) {
      writer.start();
      run(writer, 64, WARM_UP);
      long insert = singleInsertMicros();
      long idle = run(writer, 1, SECONDS / 2).medianMicros();
      System.out.printf("figure single insert over JDBC, p50: %d us%n", insert);
      System.out.printf("figure single insert by pgbench, p50: %s%n", pgbench());
      System.out.printf(
          "figure idle, hold + settle p50: %d us, %.1fx%n", idle, 1.0 * idle / insert);
      for (int callers : new int[] {16, 64, 256, 1_024}) {
        long cpu = postgresCpuMillis();
        Outcome outcome = run(writer, callers, SECONDS);
        System.out.printf(
            "figure %d callers: %d calls/s, p50 %d us, PostgreSQL %d us CPU a call%n",
            callers,
            outcome.calls() / SECONDS,
            outcome.medianMicros(),
            (postgresCpuMillis() - cpu) * 1_000 / Math.max(1, outcome.calls()));
      }
    }
    System.out.println(
        "figure violations: " + ledger.verifier().verify(ledger.tenant()).violations().size());
  }

  private record Outcome(long calls, long medianMicros) {}

  private Outcome run(GroupCommit writer, int callers, int seconds) throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<long[]>> tasks = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        VirtualKey key = keys.get(i % keys.size());
        tasks.add(() -> call(writer, key, seconds));
      }
      List<long[]> all = new ArrayList<>();
      for (Future<long[]> each : executor.invokeAll(tasks)) {
        all.add(each.get());
      }
      long[] times = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
      return new Outcome(times.length, times[times.length / 2] / 1_000);
    }
  }

  private static long[] call(GroupCommit writer, VirtualKey key, int seconds) {
    LongStream.Builder times = LongStream.builder();
    long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
    for (long began = System.nanoTime(); began < end; began = System.nanoTime()) {
      if (writer.reserve(SampleBudgets.aPatientHold(key, "0.0001"))
              instanceof Admission.Admitted admitted
          && writer.commit(
              SampleCalls.aCall().by(key).settling(admitted.hold()).costing(10).build(),
              Duration.ofSeconds(5))) {
        times.add(System.nanoTime() - began);
      }
    }
    return times.build().toArray();
  }

  /// A row, committed by itself, over a connection that does nothing else.
  private static long singleInsertMicros() throws SQLException {
    long[] times = new long[1_000];
    try (Connection connection = TestingDatabase.shared().open(Role.MIGRATOR)) {
      connection
          .createStatement()
          .execute("create table if not exists tollgate.figure (a bigint, b text)");
      try (PreparedStatement insert =
          connection.prepareStatement("insert into tollgate.figure values (?, 'text')")) {
        for (int i = 0; i < times.length; i++) {
          long began = System.nanoTime();
          insert.setLong(1, i);
          insert.executeUpdate();
          times[i] = System.nanoTime() - began;
        }
      }
    }
    Arrays.sort(times);
    return times[times.length / 2] / 1_000;
  }

  /// What pgbench takes for the same, if it is installed.
  private static String pgbench() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("pgbench");
    try {
      Path script = folder.resolve("insert.sql");
      Files.writeString(script, "insert into tollgate.figure values (1, 'text');");
      DatabaseConfig config = TestingDatabase.shared().config();
      String host = "127.0.0.1";
      String port = String.valueOf(TestingDatabase.shared().port());
      ProcessBuilder builder =
          new ProcessBuilder(
              List.of(
                  "pgbench",
                  "-n",
                  "-h",
                  host,
                  "-p",
                  port,
                  "-U",
                  Role.MIGRATOR.user(),
                  "-f",
                  script.toString(),
                  "-t",
                  "1000",
                  "-l",
                  config.url().replaceAll(".*/([^?]*).*", "$1")));
      builder.environment().put("PGPASSWORD", config.password(Role.MIGRATOR));
      Process process;
      try {
        process = builder.directory(folder.toFile()).redirectErrorStream(true).start();
      } catch (IOException e) {
        return "not installed";
      }
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        return "failed: " + said;
      }
      try (Stream<Path> logs = Files.list(folder)) {
        Path log =
            logs.filter(each -> each.toString().contains("pgbench_log")).findFirst().orElseThrow();
        long[] times =
            Files.readAllLines(log).stream()
                .mapToLong(line -> Long.parseLong(line.split(" ", -1)[2]))
                .sorted()
                .toArray();
        return times[times.length / 2] + " us";
      }
    } finally {
      TestingDatabase.delete(folder);
    }
  }

  /// Of all PostgreSQL servers on the machine: where root runs it in a namespace of its own, it is
  /// no descendant of this process.
  private static long postgresCpuMillis() {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(each -> each.getFileName().toString().matches("\\d+"))
          .mapToLong(LedgerFigures::cpuMillis)
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long cpuMillis(Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"));
      if (!stat.contains("(postgres)")) {
        return 0;
      }
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10;
    } catch (IOException e) {
      // It has ended meanwhile.
      return 0;
    }
  }
}
