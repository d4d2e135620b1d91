package dev.tollgate.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A PostgreSQL that outlived a program which was killed. It is asked to stop, so that the next one
/// can have its folder; what it has committed stays.
final class OrphanedServer {
  private static final int PATIENCE_SECONDS = 10;

  private OrphanedServer() {}

  static void stop(Path data) throws IOException {
    Path file = data.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return;
    }
    List<String> lines = Files.readAllLines(file);
    Optional<ProcessHandle> server =
        lines.isEmpty() || !lines.getFirst().strip().matches("[0-9]{1,9}")
            ? Optional.empty()
            : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
    // After a restart of the machine the number may be another program's.
    Optional<ProcessHandle> postgres =
        server.filter(
            process -> process.info().command().map(c -> c.endsWith("/postgres")).orElse(false));
    if (postgres.isPresent()) {
      stop(postgres.get());
    } else if (server.isPresent() && !isInUse(data)) {
      // The number belongs to another program now, or to a dead one that nobody has buried, as
      // happens
      // in containers. PostgreSQL would take it for its other self and not start.
      Files.delete(file);
    }
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

  private static void stop(ProcessHandle postgres) {
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
