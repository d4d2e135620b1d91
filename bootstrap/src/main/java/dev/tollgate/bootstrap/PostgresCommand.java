package dev.tollgate.bootstrap;

import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import dev.tollgate.persistence.embedded.EmbeddedFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./tollgate postgres`: the embedded PostgreSQL alone, to try `serve` with.
@Command(
    name = "postgres",
    description =
        "Runs the PostgreSQL of 'dev' alone, to try 'serve' on one machine. It writes"
            + " <data>/database.env with the settings that 'serve' needs.")
final class PostgresCommand implements Callable<Integer> {
  @Option(names = "--data", required = true, paramLabel = "FOLDER", description = "Its folder.")
  private Path data = Path.of(".tollgate");

  @Option(names = "--port", description = "Its port on 127.0.0.1 (default: any).")
  private int port;

  @Override
  public Integer call() throws InterruptedException, IOException {
    Logs.configure(Logs.Form.TEXT);
    try (DataFolder folder = DataFolder.open(data);
        EmbeddedDatabase server = EmbeddedDatabase.start(folder.file("postgres"), port, Map.of())) {
      stopOnSignal(server);
      PrivateFiles.write(folder.file("database.env"), env(server.config()));
      System.out.println("PostgreSQL is ready on port " + server.port());
      System.out.flush();
      new CountDownLatch(1).await();
    } catch (EmbeddedFailure e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
    return 0;
  }

  private static void stopOnSignal(EmbeddedDatabase server) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  Runtime.getRuntime().halt(0);
                },
                "stop"));
  }

  private static String env(DatabaseConfig config) {
    StringBuilder text = new StringBuilder("export TOLLGATE_DATABASE_URL='" + config.url() + "'\n");
    for (Role role : Role.values()) {
      text.append("export TOLLGATE_DATABASE_")
          .append(role.name().toUpperCase(Locale.ROOT))
          .append("_PASSWORD='")
          .append(config.password(role))
          .append("'\n");
    }
    return text.toString();
  }
}
