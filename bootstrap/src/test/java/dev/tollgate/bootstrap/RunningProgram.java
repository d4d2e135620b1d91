package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The packaged program as a process of its own, started by the launcher, to be signalled and
/// killed.
final class RunningProgram implements AutoCloseable {
  private final Process process;
  private final Path folder;
  private final Path output;

  private RunningProgram(Process process, Path folder, Path output) {
    this.process = process;
    this.folder = folder;
    this.output = output;
  }

  /// A folder in which `./tollgate` is the launcher, as in a clone.
  static Path newFolder() throws IOException {
    Path folder = Files.createTempDirectory("tollgate program");
    Files.createSymbolicLink(folder.resolve("tollgate"), TidyTest.root().resolve("tollgate"));
    return folder;
  }

  /// Starts a command of the shell in a folder and waits until the program is ready.
  static RunningProgram start(Path folder, String command) throws Exception {
    RunningProgram program = launch(folder, command);
    awaitOutput(
        program.process,
        program.output,
        Duration.ofSeconds(90),
        written -> written.contains("Tollgate is ready"));
    return program;
  }

  /// Waits until a program has written what is waited for.
  ///
  /// @throws AssertionError with what it has written, when it ends before or takes too long
  static void awaitOutput(
      Process process, Path output, Duration patience, Predicate<String> isThere) {
    Eventually.answer(
        "the program is ready",
        patience,
        () -> Files.exists(output) ? Files.readString(output) : "",
        written -> {
          boolean there = isThere.test(written);
          assertThat(there || process.isAlive()).as("not ready: " + written).isTrue();
          return there;
        });
  }

  /// Starts a command of the shell in a folder.
  static RunningProgram launch(Path folder, String command) throws IOException {
    Path output = Files.createTempFile("tollgate", ".out");
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", "exec " + command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("TOLLGATE_NO_BUILD", "1");
    builder.environment().put("TOLLGATE_JAVA_HOME", System.getProperty("java.home"));
    return new RunningProgram(builder.start(), folder, output);
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  /// One setting of `dev.env`.
  static String setting(Map<String, String> env, String name) {
    return Objects.requireNonNull(env.get(name), name);
  }

  /// The settings in `dev.env`.
  Map<String, String> env() throws IOException {
    Map<String, String> values = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve(".tollgate/dev.env"))) {
      int equals = line.indexOf('=');
      if (line.startsWith("export ")) {
        values.put(line.substring(7, equals), line.substring(equals + 1).replace("'", ""));
      }
    }
    return values;
  }

  void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /// What Ctrl-C sends. A shell has what it runs in the background ignore that, and all that is
  /// started from there ignores it too; TERM stands in for it then.
  static String interrupt() throws IOException {
    Path status = Path.of("/proc/self/status");
    boolean ignored =
        Files.exists(status)
            && Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    return ignored ? "TERM" : "INT";
  }

  /// Has the collector clear what nobody holds any more.
  void collectGarbage() throws Exception {
    jcmd("GC.run");
  }

  /// How many virtual threads there are.
  long virtualThreads() throws Exception {
    Path file = Files.createTempDirectory("threads").resolve("dump.txt");
    jcmd("Thread.dump_to_file", file.toString());
    try (var lines = Files.lines(file)) {
      return lines.filter(line -> line.startsWith("#") && line.contains(" virtual")).count();
    } finally {
      Files.delete(file);
      Files.delete(file.getParent());
    }
  }

  private void jcmd(String... command) throws Exception {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    all.add(Long.toString(process.pid()));
    all.addAll(List.of(command));
    Process asked =
        new ProcessBuilder(all)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (asked.waitFor() != 0) {
      throw new AssertionError("jcmd failed");
    }
  }

  /// Waits for the end and returns the exit status.
  int awaitExit(int seconds) throws InterruptedException {
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      throw new AssertionError("still running after " + seconds + " s");
    }
    return process.exitValue();
  }

  /// The first process of PostgreSQL.
  long postmaster() throws IOException {
    List<String> lines =
        Files.readAllLines(folder.resolve(".tollgate/postgres/data/postmaster.pid"));
    return Long.parseLong(lines.getFirst().strip());
  }

  /// Processes that still use the data folder.
  List<String> leftovers() {
    List<String> found = new ArrayList<>();
    ProcessHandle.allProcesses()
        .filter(each -> each.info().commandLine().orElse("").contains(folder.toString()))
        .forEach(each -> found.add(each.info().commandLine().orElse("")));
    return found;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
