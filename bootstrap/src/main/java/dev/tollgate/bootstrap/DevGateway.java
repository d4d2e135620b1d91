package dev.tollgate.bootstrap;

import dev.tollgate.application.keys.CreateKey;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.TimeOrderedIds;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import dev.tollgate.persistence.embedded.EmbeddedFailure;
import dev.tollgate.persistence.tenancy.Founding;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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

  private final DataFolder folder;
  private final EmbeddedDatabase postgres;
  private final Gateway gateway;
  private final DevEnv env;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private boolean closed;

  private DevGateway(DataFolder folder, EmbeddedDatabase postgres, Gateway gateway, DevEnv env) {
    this.folder = folder;
    this.postgres = postgres;
    this.gateway = gateway;
    this.env = env;
  }

  static DevGateway start(
      Path data,
      String host,
      int port,
      int opsPort,
      @Nullable String publicUrl,
      Set<String> corsOrigins,
      Duration drain) {
    DataFolder folder = DataFolder.open(data);
    EmbeddedDatabase postgres = null;
    Gateway gateway = null;
    boolean started = false;
    try {
      SecureRandom random = new SecureRandom();
      MasterKeys keys = MasterKeys.of(folder.file("master.keys"), random);
      say("Starting PostgreSQL in " + data + " ...");
      postgres = EmbeddedDatabase.start(folder.file("postgres"), 0, Map.of());
      Database.migrate(postgres.config());
      Ids ids = new TimeOrderedIds(Clock.systemUTC(), ThreadLocalRandom::current);
      Founding founding = new Founding(postgres.config());
      TenantId tenant = founding.homeTenant("Demo", ids);
      Database database = new Database(postgres.config());
      HttpSettings settings = new HttpSettings(host, port, opsPort, corsOrigins, drain);
      gateway = new Gateway(database, keys, tenant, settings);
      gateway.seed().prices(tenant);
      gateway.seed().simulatedProvider(tenant);
      DevEnv kept = DevEnv.read(folder.file("dev.env"));
      gateway.start();
      DevEnv env = env(kept, gateway, founding, tenant, keys.pepper(), random);
      env =
          env.at(
              publicUrl == null ? "http://localhost:" + gateway.port() : publicUrl,
              "http://localhost:" + gateway.opsPort());
      env.write(folder.file("dev.env"));
      DevGateway dev = new DevGateway(folder, postgres, gateway, env);
      started = true;
      return dev;
    } catch (EmbeddedFailure e) {
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
              + folder.file("postgres").resolve("postgres.log")
              + ".",
          e);
    } finally {
      if (!started) {
        close(gateway, postgres, folder);
      }
    }
  }

  void announce(PrintStream out) {
    out.println();
    out.println("  Calls        " + env.url() + "/v1");
    out.println("  Management   " + env.url() + "/api/v1");
    out.println("  Operations   " + env.opsUrl() + "/health/ready  " + env.opsUrl() + "/metrics");
    out.println("  Demo key     " + env.key());
    out.println("  Models       sim-small  sim-large  sim-embed  (simulated, nothing is billed)");
    out.println("  Settings     " + folder.file("dev.env") + "  (source it)");
    out.println();
    out.println("  Next: ./tollgate chat \"hello\"");
    out.println();
    out.println("Tollgate is ready");
    out.flush();
  }

  int port() {
    return gateway.port();
  }

  /// From now on a signal stops the gateway properly and the program ends with status 0.
  void stopOnSignal() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndExit, "stop"));
  }

  DevEnv env() {
    return env;
  }

  int opsPort() {
    return gateway.opsPort();
  }

  int postgresPort() {
    return postgres.port();
  }

  void awaitStop() {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      close(gateway, postgres, folder);
      stopped.countDown();
    }
  }

  /// A signal is a proper way to stop `dev`, so the status is 0 and not that of a killed program.
  private void stopAndExit() {
    say("Stopping: open answers may finish ...");
    close();
    Runtime.getRuntime().halt(0);
  }

  private static void close(
      @Nullable Gateway gateway, @Nullable EmbeddedDatabase postgres, DataFolder folder) {
    if (gateway != null) {
      gateway.close();
    }
    if (postgres != null) {
      postgres.close();
    }
    folder.close();
  }

  /// The settings kept from an earlier start; when they are lost, a new token and a new key.
  private static DevEnv env(
      @Nullable DevEnv kept,
      Gateway gateway,
      Founding founding,
      TenantId tenant,
      Pepper pepper,
      SecureRandom random)
      throws SQLException {
    if (kept != null) {
      return kept;
    }
    String token = DevEnv.newAdminToken(random);
    int version = pepper.currentVersion();
    founding.setAdminToken(
        tenant,
        random.nextLong(Long.MAX_VALUE),
        pepper.hmac(version, token.getBytes(StandardCharsets.UTF_8)),
        version);
    Project project =
        gateway.projects().list(tenant, null, 100).items().stream()
            .filter(each -> each.name().equals(PROJECT) && !each.archived())
            .findFirst()
            .orElseGet(() -> newProject(gateway, tenant));
    CreateKey.Outcome created =
        gateway
            .createKey()
            .create(
                new CreateKey.Command(
                    tenant, project.id(), "demo", null, null, KeyPolicy.OPEN, Map.of(), List.of()));
    if (created instanceof CreateKey.Outcome.Created key) {
      return new DevEnv("", "", token, key.secret().reveal());
    }
    throw new IllegalStateException("the demo project is gone");
  }

  private static Project newProject(Gateway gateway, TenantId tenant) {
    return gateway
        .createProject()
        .create(tenant, PROJECT, null, Capture.FULL, Retention.DAYS_30)
        .orElseThrow(() -> new IllegalStateException("the tenant has no root"));
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unknown");
  }

  private static void say(String text) {
    System.err.println(text);
  }
}
