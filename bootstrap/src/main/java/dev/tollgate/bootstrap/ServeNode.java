package dev.tollgate.bootstrap;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.TimeOrderedIds;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Migrations;
import dev.tollgate.persistence.tenancy.Founding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/// One node that serves, with everything that it was configured to need.
final class ServeNode implements AutoCloseable {
  private final Gateway gateway;
  private boolean closed;

  private ServeNode(Gateway gateway) {
    this.gateway = gateway;
  }

  /// @throws StartFailure naming the setting or the cause
  static ServeNode start(Settings all) {
    ServeSettings settings = ServeSettings.read(all);
    Path keysFile = settings.keysFile();
    if (!Files.exists(keysFile)) {
      throw new StartFailure(
          "There are no master keys in "
              + keysFile
              + " (setting keys_file). Make them once, for all nodes, with"
              + " './tollgate init --keys "
              + keysFile
              + "'.",
          null);
    }
    MasterKeys keys = MasterKeys.of(keysFile, new SecureRandom());
    try {
      Migrations.run(settings.database());
      Ids ids = new TimeOrderedIds(Clock.systemUTC(), ThreadLocalRandom::current);
      TenantId tenant;
      Founding founding = new Founding(settings.database());
      try (var _ = founding.alone()) {
        keys.check(
            settings.database(),
            new SecureRandom(),
            "Every node needs the same file; put the one that './tollgate init' made for this"
                + " installation at "
                + keysFile
                + " (setting keys_file).");
        tenant = founding.homeTenant(settings.tenant(), ids);
        giveToken(founding, tenant, keys.pepper(), settings.tokenFile());
      }
      Database open = new Database(settings.database());
      if (!open.hasItsOwnTime()) {
        open.close();
        throw new StartFailure(
            "The database decides by a shifted time: its function tollgate.at() was replaced. That"
                + " is for tests only; restore it as migration V007 has it.",
            null);
      }
      Gateway gateway = new Gateway(open, keys, tenant, settings.http(), settings.options());
      Seed seed = gateway.seed(tenant);
      seed.prices();
      seed.modelFacts();
      if (settings.simulatedProvider()) {
        seed.simulatedProvider();
      }
      start(gateway);
      return new ServeNode(gateway);
    } catch (SQLException | FlywayException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new StartFailure(
          "The database (setting database.url) cannot be prepared: " + reason + ".", e);
    } catch (IOException e) {
      throw new StartFailure(
          "The setting bootstrap_token_file cannot be used: " + e.getMessage() + ".", e);
    }
  }

  private static void start(Gateway gateway) {
    boolean started = false;
    try {
      gateway.start();
      started = true;
    } catch (UncheckedIOException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    } finally {
      if (!started) {
        gateway.close();
      }
    }
  }

  int port() {
    return gateway.port();
  }

  /// Where grpc-netty serves, if it does.
  OptionalInt grpcPort() {
    return gateway.grpc().isServed() ? OptionalInt.of(gateway.grpc().port()) : OptionalInt.empty();
  }

  int managementPort() {
    return gateway.managementPort();
  }

  int opsPort() {
    return gateway.opsPort();
  }

  /// From now on a signal stops the node properly and the program ends with status 0.
  void stopOnSignal() {
    Signals.onSecond(
        () -> {
          System.err.println("Stopping at once: open answers are cut off ...");
          gateway.hurry();
        });
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  System.err.println("Stopping: open answers may finish ...");
                  close();
                  Runtime.getRuntime().halt(0);
                },
                "stop"));
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      gateway.close();
    }
  }

  /// The first administrator's token: taken from the file, or made and left there.
  private static void giveToken(
      Founding founding, TenantId tenant, Pepper pepper, @Nullable String tokenFile)
      throws SQLException, IOException {
    if (tokenFile == null || founding.hasAdminToken(tenant)) {
      return;
    }
    Path file = Path.of(tokenFile);
    SecureRandom random = new SecureRandom();
    if (!Files.exists(file)) {
      PrivateFiles.write(file, DevEnv.newAdminToken(random) + "\n");
      System.err.println("The administrator's token was written to " + file + ".");
    }
    String token = Files.readString(file).strip();
    if (!token.matches("tga_[0-9A-Za-z]{43}")) {
      throw new StartFailure(
          "The file of the setting bootstrap_token_file must hold tga_ and 43 letters and digits.",
          null);
    }
    int version = pepper.currentVersion();
    founding.setAdminToken(
        tenant,
        random.nextLong(Long.MAX_VALUE),
        pepper.hmac(version, token.getBytes(StandardCharsets.UTF_8)),
        version);
  }
}
