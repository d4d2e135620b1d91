package dev.tollgate.persistence.embedded;

import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/// PostgreSQL's own binaries, run from a folder. Durable (the library's default is not), with a
/// fixed locale, one password per role, and stopped only when told to.
public final class EmbeddedDatabase implements AutoCloseable {
  private static final Logger LOG = System.getLogger(EmbeddedDatabase.class.getName());
  private static final String NAME = "tollgate";

  /// Of `postmaster.pid`.
  private static final int PORT_LINE = 3;

  private final EmbeddedPostgres postgres;
  private final Path data;
  private final Optional<ProcessHandle> server;
  private final DatabaseConfig config;

  private EmbeddedDatabase(
      EmbeddedPostgres postgres, Path data, Optional<ProcessHandle> server, DatabaseConfig config) {
    this.postgres = postgres;
    this.data = data;
    this.server = server;
    this.config = config;
  }

  private static final String PASSWORDS_ONLY = "host all all 127.0.0.1/32 scram-sha-256\n";

  /// Starts the database in a folder, creating it the first time.
  ///
  /// @param port where to listen on 127.0.0.1, or 0 for any free port
  /// @param settings further server settings, for tests
  /// @throws EmbeddedFailure naming cause and cure
  public static EmbeddedDatabase start(Path folder, int port, Map<String, String> settings) {
    Path data = folder.resolve("data");
    boolean started = false;
    try {
      Binaries binaries = Binaries.in(folder);
      Passwords passwords = Passwords.of(folder.resolve("passwords"));
      boolean fresh = isOpenToAll(data);
      ServerProcess.stop(data);
      giveAway(data);
      EmbeddedPostgres.Builder builder =
          EmbeddedPostgres.builder()
              .setDataDirectory(data.toFile())
              .setOverrideWorkingDirectory(binaries.folder().toFile())
              .setCleanDataDirectory(false)
              .setRegisterShutdownHook(false)
              .setLocaleConfig("locale", "C")
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("full_page_writes", "on")
              .setServerConfig("listen_addresses", "127.0.0.1")
              .setServerConfig("unix_socket_directories", "")
              .setServerConfig("max_connections", "60")
              .setServerConfig("timezone", "UTC")
              .setServerConfig("idle_in_transaction_session_timeout", "60s")
              .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
              .setOutputRedirector(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("postgres.log").toFile()))
              .setPGStartupWait(java.time.Duration.ofSeconds(30));
      if (port != 0) {
        builder.setPort(port);
      }
      settings.forEach(builder::setServerConfig);
      if (!fresh) {
        builder.setConnectConfig("password", passwords.superuser());
      }
      EmbeddedPostgres postgres = builder.start();
      binaries.close();
      if (fresh) {
        secure(postgres, passwords, data);
      }
      createRoles(postgres, passwords);
      String url = "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + NAME;
      EmbeddedDatabase database =
          new EmbeddedDatabase(
              postgres, data, ServerProcess.in(data), new DatabaseConfig(url, passwords.roles()));
      started = true;
      return database;
    } catch (IOException | IllegalStateException e) {
      throw new EmbeddedFailure(folder, e);
    } catch (SQLException e) {
      throw new EmbeddedFailure(folder, e);
    } finally {
      if (!started) {
        leaveNothing(data);
      }
    }
  }

  /// How to reach the database that runs in a folder, if one does.
  public static Optional<DatabaseConfig> running(Path folder) {
    try {
      Path pid = folder.resolve("data").resolve("postmaster.pid");
      if (!Files.exists(pid) || !Files.exists(folder.resolve("passwords"))) {
        return Optional.empty();
      }
      String port = Files.readAllLines(pid).get(PORT_LINE).strip();
      return Optional.of(
          new DatabaseConfig(
              "jdbc:postgresql://127.0.0.1:" + port + "/" + NAME,
              Passwords.of(folder.resolve("passwords")).roles()));
    } catch (IOException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /// Whether there is a database in the folder.
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve("data").resolve("PG_VERSION"));
  }

  /// A server that is half up must not outlive the attempt.
  private static void leaveNothing(Path data) {
    try {
      ServerProcess.stop(data);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "PostgreSQL may still run in {0}: {1}", data, e.getMessage());
    }
  }

  /// Runs the action, on another thread, when the server ends, for any reason.
  public void whenEnded(Runnable action) {
    server.ifPresent(
        process -> {
          var _ = process.onExit().thenRun(action);
        });
  }

  public DatabaseConfig config() {
    return config;
  }

  public int port() {
    return postgres.getPort();
  }

  /// Stops the server, also when its folder was removed meanwhile.
  @Override
  public void close() {
    try {
      if (Files.exists(data)) {
        postgres.close();
      } else {
        LOG.log(Level.WARNING, "The folder {0} was removed while PostgreSQL ran in it.", data);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      server.filter(ProcessHandle::isAlive).ifPresent(ServerProcess::stop);
    }
  }

  /// Where root cannot run PostgreSQL in a namespace, the launcher has it run as another user, who
  /// must own the data.
  private static void giveAway(Path data) throws IOException {
    String user = System.getenv("TOLLGATE_POSTGRES_UID");
    if (user == null) {
      return;
    }
    if (user.equals("none")) {
      throw new IllegalStateException(
          "it refuses to run as root, and neither unshare nor setpriv works here; start tollgate as"
              + " another user");
    }
    Files.createDirectories(data);
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.toList()) {
        Files.setAttribute(file, "unix:uid", Integer.valueOf(user));
      }
    }
    for (Path folder = data.getParent(); folder != null; folder = folder.getParent()) {
      if (!Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        throw new IllegalStateException(
            "it cannot run as root here, and the user nobody may not enter "
                + folder
                + "; name a folder that everyone may enter with --data, such as /var/tmp/tollgate");
      }
    }
  }

  /// Whether a database is not made yet, or was left before it asked for passwords.
  private static boolean isOpenToAll(Path data) throws IOException {
    Path access = data.resolve("pg_hba.conf");
    return !Files.exists(access) || !Files.readString(access).equals(PASSWORDS_ONLY);
  }

  /// Gives the superuser a password and asks everyone for one: the library trusts all local users.
  private static void secure(EmbeddedPostgres postgres, Passwords passwords, Path data)
      throws SQLException, IOException {
    try (Connection connection = superuser(postgres, "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute("alter role postgres password '" + passwords.superuser() + "'");
      Files.writeString(data.resolve("pg_hba.conf"), PASSWORDS_ONLY);
      statement.execute("select pg_reload_conf()");
    }
  }

  private static void createRoles(EmbeddedPostgres postgres, Passwords passwords)
      throws SQLException {
    try (Connection connection = superuser(postgres, "postgres", passwords.superuser());
        Statement statement = connection.createStatement()) {
      for (Role role : Role.values()) {
        if (!exists(statement, "select 1 from pg_roles where rolname = '" + role.user() + "'")) {
          statement.execute(
              "create role "
                  + role.user()
                  + " login nosuperuser nobypassrls nocreatedb"
                  + " nocreaterole password '"
                  + passwords.of(role)
                  + "'");
        }
      }
      if (!exists(statement, "select 1 from pg_database where datname = '" + NAME + "'")) {
        statement.execute(
            "create database "
                + NAME
                + " owner "
                + Role.MIGRATOR.user()
                + " encoding 'UTF8' locale 'C' template template0");
      }
    }
  }

  private static boolean exists(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      return row.next();
    }
  }

  private static Connection superuser(EmbeddedPostgres postgres, String database, String password)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "postgres");
    properties.setProperty("password", password);
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + database, properties);
  }

  /// Random passwords, kept in a file only its owner can read.
  private record Passwords(String superuser, Map<Role, String> roles) {
    static Passwords of(Path file) throws IOException {
      if (!Files.exists(file)) {
        write(file);
      }
      Properties stored = new Properties();
      try (var in = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
        stored.load(in);
      }
      Map<Role, String> roles = new EnumMap<>(Role.class);
      for (Role role : Role.values()) {
        roles.put(role, required(stored, role.user(), file));
      }
      return new Passwords(required(stored, "postgres", file), roles);
    }

    String of(Role role) {
      return roles.getOrDefault(role, "");
    }

    private static void write(Path file) throws IOException {
      StringBuilder text = new StringBuilder("postgres=").append(random()).append('\n');
      for (Role role : Role.values()) {
        text.append(role.user()).append('=').append(random()).append('\n');
      }
      // Whole or not at all: a file without a password would stop every later start.
      Path draft =
          Files.createTempFile(
              file.toAbsolutePath().getParent(),
              ".passwords",
              ".tmp",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(draft, text);
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String required(Properties stored, String name, Path file) {
      String value = stored.getProperty(name);
      if (value == null) {
        throw new IllegalStateException(file + " holds no password for " + name);
      }
      return value;
    }

    private static String random() {
      byte[] bytes = new byte[24];
      new SecureRandom().nextBytes(bytes);
      return HexFormat.of().formatHex(bytes);
    }
  }
}
