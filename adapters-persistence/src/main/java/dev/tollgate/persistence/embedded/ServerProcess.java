package dev.tollgate.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The process of a PostgreSQL by its folder. One that outlived a program which was killed is asked
/// to stop, so that the next one can have the folder; what it has committed stays.
final class ServerProcess {
  private static final int PATIENCE_SECONDS = 10;

  private ServerProcess() {}

  static void stop(Path data) throws IOException {
    Optional<ProcessHandle> named = named(data);
    Optional<ProcessHandle> postgres = named.filter(ServerProcess::isPostgres);
    if (postgres.isPresent()) {
      stop(postgres.get());
    } else if (named.isPresent() && !isInUse(data)) {
      // The number belongs to another program now, or to a dead one that nobody has buried, as
      // happens in containers. PostgreSQL would take it for its other self and not start.
      Files.delete(pidFile(data));
    }
  }

  /// The server that runs in the folder, if one does.
  static Optional<ProcessHandle> in(Path data) throws IOException {
    return named(data).filter(ServerProcess::isPostgres);
  }

  private static Path pidFile(Path data) {
    return data.resolve("postmaster.pid");
  }

  private static Optional<ProcessHandle> named(Path data) throws IOException {
    Path file = pidFile(data);
    List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
    return lines.isEmpty() || !lines.getFirst().strip().matches("[0-9]{1,9}")
        ? Optional.empty()
        : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
  }

  /// After a restart of the machine the number may be another program's.
  private static boolean isPostgres(ProcessHandle process) {
    return process.info().command().map(command -> command.endsWith("/postgres")).orElse(false);
  }

  /// Whether any process works in the folder, as every process of a server does.
  private static boolean isInUse(Path data) throws IOException {
    Path processes = Path.of("/proc");
    if (!Files.isDirectory(processes)) {
      return true;
    }
    Path folder = data.toRealPath();
    return ProcessHandle.allProcesses()
        .map(process -> processes.resolve(Long.toString(process.pid())).resolve("cwd"))
        .anyMatch(
            link -> {
              try {
                return folder.equals(link.toRealPath());
              } catch (IOException e) {
                // A process that ends meanwhile, or one of another user.
                return false;
              }
            });
  }

  static void stop(ProcessHandle postgres) {
    postgres.destroy();
    try {
      postgres.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      postgres.destroyForcibly();
      postgres
          .onExit()
          .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .exceptionally(_ -> postgres)
          .join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
