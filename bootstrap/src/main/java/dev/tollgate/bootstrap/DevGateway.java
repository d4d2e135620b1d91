package dev.tollgate.bootstrap;

import dev.tollgate.application.keys.CreateKey;
import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.TimeOrderedIds;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import dev.tollgate.persistence.embedded.EmbeddedFailure;
import dev.tollgate.persistence.tenancy.Founding;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/// A gateway with all it needs in one folder. Stops in order: open answers first, PostgreSQL last.
final class DevGateway implements AutoCloseable {
  private static final String PROJECT = "demo";
  private static final String DEMO_KEY = "demo";

  private final Options options;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private @Nullable DataFolder folder;
  private @Nullable EmbeddedDatabase postgres;
  private volatile @Nullable Gateway gateway;
  private @Nullable DevEnv env;
  private boolean closed;

  /// What the command line says.
  ///
  /// @param publicUrl the URL that callers use, or null for `http://localhost` with the port
  /// @param clock the node's own; a test shifts it together with the database's
  record Options(
      Path data,
      String host,
      int port,
      int opsPort,
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
    Database.migrate(server.config());
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
        new Gateway(
            new Database(server.config()),
            keys,
            tenant,
            settings,
            GatewayOptions.USUAL
                .mailingBy(DevGateway::catchMail)
                .keepingIn(options.data())
                .at(options.clock()));
    gateway = node;
    node.management().seed().prices(tenant);
    node.management().seed().modelFacts(tenant);
    node.management().seed().simulatedProvider(tenant);
    node.start();
    DevEnv kept = DevEnv.read(opened.file("dev.env"));
    DevEnv current =
        (kept == null ? newEnv(node, founding, tenant, keys.pepper(), random) : kept)
            .at(
                options.publicUrl() == null
                    ? "http://localhost:" + node.port()
                    : options.publicUrl(),
                "http://localhost:" + node.opsPort());
    current.write(opened.file("dev.env"));
    env = current;
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

  /// A new token and a new key, at the first start or when the settings are lost.
  private static DevEnv newEnv(
      Gateway gateway, Founding founding, TenantId tenant, Pepper pepper, SecureRandom random)
      throws SQLException {
    String token = DevEnv.newAdminToken(random);
    int version = pepper.currentVersion();
    founding.setAdminToken(
        tenant,
        random.nextLong(Long.MAX_VALUE),
        pepper.hmac(version, token.getBytes(StandardCharsets.UTF_8)),
        version);
    endLostKeys(gateway, tenant);
    Project project =
        gateway.management().projects().list(tenant, null, 100).items().stream()
            .filter(each -> each.name().equals(PROJECT) && !each.archived())
            .findFirst()
            .orElseGet(() -> newProject(gateway, tenant));
    CreateKey.Outcome created =
        gateway
            .management()
            .createKey()
            .create(
                new CreateKey.Command(
                    tenant,
                    project.id(),
                    DEMO_KEY,
                    null,
                    null,
                    KeyPolicy.OPEN,
                    Map.of(),
                    List.of()));
    if (created instanceof CreateKey.Outcome.Created key) {
      gateway
          .management()
          .setBudget()
          .set(
              new SetBudget.Command(
                  tenant,
                  Scope.KEY,
                  key.key().id().value(),
                  null,
                  Window.DAY,
                  Policy.CLAMP,
                  Money.parseUsd("5.00"),
                  null,
                  Budget.USUAL_THRESHOLDS,
                  List.of()));
      return new DevEnv("", "", token, key.secret().reveal());
    }
    throw new IllegalStateException("the demo project is gone");
  }

  /// Whoever found the lost settings must not be able to use the key in them.
  private static void endLostKeys(Gateway gateway, TenantId tenant) {
    VirtualKeys keys = gateway.management().virtualKeys();
    var demos = new VirtualKeys.Filter(null, VirtualKey.State.ACTIVE, null, DEMO_KEY);
    for (VirtualKey each : keys.list(tenant, demos, null, 100).items()) {
      keys.update(tenant, each.id(), key -> key.in(VirtualKey.State.REVOKED));
    }
  }

  private static Project newProject(Gateway gateway, TenantId tenant) {
    return gateway
        .management()
        .createProject()
        .create(tenant, PROJECT, null, Capture.FULL, Retention.DAYS_30)
        .orElseThrow(() -> new IllegalStateException("the tenant has no root"));
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
