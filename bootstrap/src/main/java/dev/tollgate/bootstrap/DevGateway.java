package dev.tollgate.bootstrap;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.TimeOrderedIds;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.grpc.GrpcSettings;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.Migrations;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import dev.tollgate.persistence.embedded.EmbeddedFailure;
import dev.tollgate.persistence.tenancy.Founding;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/// A gateway with all it needs in one folder. Stops in order: open answers first, PostgreSQL last.
final class DevGateway implements AutoCloseable {

  private final Options options;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private @Nullable DataFolder folder;
  private @Nullable EmbeddedDatabase postgres;
  private volatile @Nullable Gateway gateway;
  private @Nullable DevEnv env;
  private boolean closed;

  /// What the command line says.
  ///
  /// @param helidonGrpcPort where Helidon's server serves gRPC too, or null for nowhere
  /// @param publicUrl the URL that callers use, or null for `http://localhost` with the port
  /// @param clock the node's own; a test shifts it together with the database's
  record Options(
      Path data,
      String host,
      int port,
      int opsPort,
      int grpcPort,
      @Nullable Integer helidonGrpcPort,
      @Nullable String publicUrl,
      Set<String> corsOrigins,
      Duration drain,
      Clock clock) {}

  DevGateway(Options options) {
    this.options = options;
  }

  /// Starts everything, or leaves nothing behind.
  ///
  /// @throws StartFailure naming cause and cure
  synchronized void start() {
    Path data = options.data();
    DataFolder opened = DataFolder.open(data);
    folder = opened;
    boolean started = false;
    try {
      start(opened);
      started = true;
    } catch (EmbeddedFailure e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    } catch (UncheckedIOException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new StartFailure("The data folder " + data + " cannot be used: " + e.getMessage(), e);
    } catch (SQLException | FlywayException e) {
      throw new StartFailure(
          "The database in "
              + data
              + " cannot be prepared: "
              + firstLine(e)
              + ". See "
              + opened.file("postgres").resolve("postgres.log")
              + ".",
          e);
    } finally {
      if (!started) {
        close();
      }
    }
  }

  private void start(DataFolder opened) throws IOException, SQLException {
    SecureRandom random = new SecureRandom();
    Path keysFile = opened.file("master.keys");
    refuseWithoutKeys(keysFile, opened);
    MasterKeys keys = MasterKeys.of(keysFile, random);
    say("Starting PostgreSQL in " + options.data() + " ...");
    EmbeddedDatabase server = EmbeddedDatabase.start(opened.file("postgres"), 0, Map.of());
    postgres = server;
    server.whenEnded(() -> tellOfTheEnd(opened.file("postgres").resolve("postgres.log")));
    Migrations.run(server.config());
    Ids ids = new TimeOrderedIds(Clock.systemUTC(), ThreadLocalRandom::current);
    Founding founding = new Founding(server.config());
    keys.check(
        server.config(),
        random,
        "Restore "
            + keysFile
            + " from a backup, or delete the folder "
            + options.data()
            + " to begin anew.");
    TenantId tenant = founding.homeTenant("Demo", ids);
    HttpSettings settings =
        HttpSettings.plain(
            options.host(),
            options.port(),
            options.opsPort(),
            options.corsOrigins(),
            options.drain());
    Gateway node =
        new Gateway(new Database(server.config()), keys, tenant, settings, gatewayOptions());
    gateway = node;
    Seed seed = node.seed(tenant);
    seed.prices();
    seed.modelFacts();
    seed.simulatedProvider();
    node.start();
    DevEnv kept = DevEnv.read(opened.file("dev.env"));
    DevEnv current =
        (kept == null ? new Demo(node, founding, tenant).env(keys.pepper(), random) : kept)
            .at(
                options.publicUrl() == null
                    ? "http://localhost:" + node.port()
                    : options.publicUrl(),
                "http://localhost:" + node.opsPort(),
                "localhost:" + node.grpc().port());
    current.write(opened.file("dev.env"));
    env = current;
  }

  private GatewayOptions gatewayOptions() {
    Integer helidon = options.helidonGrpcPort();
    return GatewayOptions.USUAL
        .mailingBy(DevGateway::catchMail)
        .keepingIn(options.data())
        .servingGrpc(
            new GrpcSettings(
                options.host(),
                options.grpcPort(),
                options.drain(),
                null,
                helidon == null ? null : new GrpcSettings.Helidon(options.host(), helidon)))
        .at(options.clock());
  }

  private void refuseWithoutKeys(Path keysFile, DataFolder opened) {
    if (!Files.exists(keysFile) && EmbeddedDatabase.isIn(opened.file("postgres"))) {
      throw new StartFailure(
          "The file "
              + keysFile
              + " is missing. Without it the virtual keys and credentials in this folder cannot be"
              + " used. Restore it from a backup, or delete the folder "
              + options.data()
              + " to begin anew.",
          null);
    }
  }

  private void tellOfTheEnd(Path log) {
    if (!isClosed()) {
      say(
          "PostgreSQL has ended; "
              + log
              + " tells why. Calls are refused until Tollgate is stopped (Ctrl-C) and started"
              + " again.");
    }
  }

  void announce(PrintStream out) {
    DevEnv env = env();
    out.println();
    out.println("  Calls        " + env.url() + "/v1");
    out.println("  Management   " + env.url() + "/api/v1");
    out.println("  gRPC         " + env.grpc());
    if (options.helidonGrpcPort() != null) {
      out.println("               localhost:" + helidonGrpcPort() + "  (by Helidon's server)");
    }
    out.println("  Operations   " + env.opsUrl() + "/health/ready  " + env.opsUrl() + "/metrics");
    out.println("  Demo key     " + env.key() + "  (a hard budget of $5 a day)");
    out.println("  Models       sim-small  sim-large  sim-embed  (simulated, nothing is billed)");
    out.println("  Settings     . " + Shell.word(running(folder).file("dev.env")));
    out.println();
    out.println("  Next: ./tollgate chat" + dataOption() + " \"hello\"");
    out.println();
    out.println("Tollgate is ready");
    out.flush();
  }

  /// The command line looks into the usual folder by itself.
  private String dataOption() {
    return options.data().equals(Path.of(DevCommand.DEFAULT_DATA))
        ? ""
        : " --data " + Shell.word(options.data());
  }

  /// From now on a signal stops the gateway properly and the program ends with status 0. A second
  /// one cuts what is still open.
  void stopOnSignal() {
    Signals.onSecond(
        () -> {
          say("Stopping at once: open answers are cut off ...");
          Gateway node = gateway;
          if (node != null) {
            node.hurry();
          }
        });
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndExit, "stop"));
  }

  DevEnv env() {
    return running(env);
  }

  int port() {
    return running(gateway).port();
  }

  int opsPort() {
    return running(gateway).opsPort();
  }

  int grpcPort() {
    return running(gateway).grpc().port();
  }

  int helidonGrpcPort() {
    return running(gateway).grpc().helidonPort();
  }

  /// Where its database is.
  DatabaseConfig database() {
    return running(postgres).config();
  }

  void awaitStop() {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (gateway != null) {
      gateway.close();
    }
    if (postgres != null) {
      postgres.close();
    }
    if (folder != null) {
      folder.close();
    }
    stopped.countDown();
  }

  /// A signal is a proper way to stop `dev`, so the status is 0 and not that of a killed program.
  private void stopAndExit() {
    if (isClosed()) {
      // The program ends by itself, with a status of its own.
      return;
    }
    say("Stopping: open answers may finish ...");
    close();
    Runtime.getRuntime().halt(0);
  }

  private static <T> T running(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the gateway is not running");
    }
    return part;
  }

  /// Mail goes nowhere: it is shown here, and in full by `GET /api/v1/notifications`.
  private static void catchMail(Notification mail) {
    say("Mail to " + mail.receiver() + ": " + mail.subject());
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown");
  }

  private static void say(String text) {
    System.err.println(text);
  }
}
