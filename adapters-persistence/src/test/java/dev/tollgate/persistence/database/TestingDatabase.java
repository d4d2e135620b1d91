package dev.tollgate.persistence.database;

import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// A real PostgreSQL that all tests of a run share, migrated. Tests keep out of each other's way by
/// a tenant of their own.
public final class TestingDatabase {
  private final Path folder;
  private final EmbeddedDatabase embedded;
  private final Database database;

  private TestingDatabase(Path folder, EmbeddedDatabase embedded) {
    this.folder = folder;
    this.embedded = embedded;
    this.database = new Database(embedded.config());
  }

  private static final class Shared {
    private static final TestingDatabase INSTANCE = start();

    private static TestingDatabase start() {
      Path folder = temporaryFolder();
      EmbeddedDatabase embedded = EmbeddedDatabase.start(folder, 0, Map.of());
      Migrations.run(embedded.config());
      TestingDatabase shared = new TestingDatabase(folder, embedded);
      Runtime.getRuntime().addShutdownHook(new Thread(shared::stop));
      return shared;
    }
  }

  public static TestingDatabase shared() {
    return Shared.INSTANCE;
  }

  private static Path temporaryFolder() {
    try {
      Path folder = Files.createTempDirectory("tollgate-db");
      // Where root may not run PostgreSQL, the user who does must be able to enter.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A folder for a database of a test's own, with the binaries that are already unpacked.
  public Path folderForAnother() {
    Path another = temporaryFolder();
    try {
      Files.createSymbolicLink(another.resolve("binaries"), folder.resolve("binaries"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return another;
  }

  public static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public DatabaseConfig config() {
    return embedded.config();
  }

  public Database database() {
    return database;
  }

  public int port() {
    return embedded.port();
  }

  /// A new tenant with the root of its business units.
  public TenantId foundTenant() {
    return found(config());
  }

  /// A new tenant of any database.
  public static TenantId found(DatabaseConfig config) {
    TenantId tenant = SampleIds.aTenant();
    run(
        config,
        Role.MIGRATOR,
        "insert into tollgate.tenant (id, name) values ('" + tenant.value() + "', 'test')",
        "insert into tollgate.business_unit (tenant_id, id, name) values ('"
            + tenant.value()
            + "', '"
            + SampleIds.anId()
            + "', 'test')");
    return tenant;
  }

  /// A plain connection of a role; the test closes it.
  public Connection open(Role role) throws SQLException {
    return open(config(), role);
  }

  private static Connection open(DatabaseConfig config, Role role) throws SQLException {
    return DriverManager.getConnection(config.url(), role.user(), config.password(role));
  }

  /// Runs statements as a role.
  public void run(Role role, String... statements) {
    run(config(), role, statements);
  }

  private static void run(DatabaseConfig config, Role role, String... statements) {
    try (Connection connection = open(config, role);
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /// The first column of what a query of the migrator finds, as text.
  public List<String> select(String query) {
    return select(config(), query);
  }

  public static List<String> select(DatabaseConfig config, String query) {
    List<String> found = new ArrayList<>();
    try (Connection connection = open(config, Role.MIGRATOR);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      while (row.next()) {
        found.add(row.getString(1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    return found;
  }

  private void stop() {
    database.close();
    embedded.close();
    delete(folder);
  }
}
