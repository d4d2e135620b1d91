package dev.tollgate.persistence.database;

import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/// The schema, and the role that owns it.
public final class Migrations {
  /// The version that this program brings a schema to.
  public static final String LATEST = "019";

  private static final String DEADLOCK = "40P01";
  private static final int MOST_ATTEMPTS = 5;

  private Migrations() {}

  /// Brings the schema up to date.
  public static void run(DatabaseConfig config) {
    Flyway flyway =
        Flyway.configure()
            .dataSource(config.url(), Role.MIGRATOR.user(), config.password(Role.MIGRATOR))
            .schemas("tollgate")
            .createSchemas(true)
            .locations("classpath:db/migration")
            .load();
    for (int attempt = 1; ; attempt++) {
      try {
        flyway.migrate();
        return;
      } catch (FlywayException e) {
        // Nodes of the version before go on writing meanwhile. What one migration did is undone.
        if (attempt == MOST_ATTEMPTS || !isDeadlock(e)) {
          throw e;
        }
      }
    }
  }

  private static boolean isDeadlock(Throwable e) {
    return e instanceof SQLException sql && DEADLOCK.equals(sql.getSQLState())
        || e.getCause() != null && isDeadlock(e.getCause());
  }

  /// A connection of the migrator, who owns everything. For founding a tenant, never for serving.
  public static Connection connect(DatabaseConfig config) throws SQLException {
    return DriverManager.getConnection(
        config.url(), Role.MIGRATOR.user(), config.password(Role.MIGRATOR));
  }
}
