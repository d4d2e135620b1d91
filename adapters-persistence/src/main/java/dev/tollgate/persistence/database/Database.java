package dev.tollgate.persistence.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.StoreUnavailable;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbTransaction;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/// PostgreSQL as the gateway uses it. Thread-safe.
public final class Database implements AutoCloseable {
  private final DatabaseConfig config;
  private final DbClient app;
  private final HikariDataSource ledger;

  public Database(DatabaseConfig config) {
    this.config = config;
    this.app = appClient(config);
    this.ledger = ledgerPool(config);
  }

  /// Brings the schema up to date.
  public static void migrate(DatabaseConfig config) {
    Flyway.configure()
        .dataSource(config.url(), Role.MIGRATOR.user(), config.password(Role.MIGRATOR))
        .schemas("tollgate")
        .createSchemas(true)
        .locations("classpath:db/migration")
        .load()
        .migrate();
  }

  /// A connection of the migrator, who owns everything. For founding a tenant, never for serving.
  public static Connection openMigrator(DatabaseConfig config) throws SQLException {
    return DriverManager.getConnection(
        config.url(), Role.MIGRATOR.user(), config.password(Role.MIGRATOR));
  }

  /// Runs one transaction confined to a tenant: row-level security shows it nothing else.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public <T> T inTenant(TenantId tenant, Function<DbTransaction, T> work) {
    DbTransaction transaction;
    try {
      transaction = app.transaction();
    } catch (DbClientException e) {
      throw unavailable(e);
    }
    boolean done = false;
    try {
      Rows.one(
          transaction
              .createQuery("select set_config('app.tenant', ?, true)")
              .addParam(tenant.value().toString())
              .execute(),
          row -> row);
      T result = work.apply(transaction);
      transaction.commit();
      done = true;
      return result;
    } catch (DbClientException e) {
      throw unavailable(e);
    } finally {
      if (!done) {
        rollback(transaction);
      }
    }
  }

  /// A pooled connection of the ledger role, which crosses tenants.
  ///
  /// @throws StoreUnavailable when none can be had
  public <T extends @Nullable Object> T asLedger(SqlFunction<T> work) {
    try (Connection connection = ledger.getConnection()) {
      return work.apply(connection);
    } catch (SQLException e) {
      throw new StoreUnavailable("the database does not answer", e);
    }
  }

  /// A connection of the ledger role outside the pool, for a writer that keeps it.
  public Connection openLedger() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", Role.LEDGER.user());
    properties.setProperty("password", config.password(Role.LEDGER));
    properties.setProperty("connectTimeout", "2");
    properties.setProperty("socketTimeout", "10");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("prepareThreshold", "1");
    // A row that is refused must not show up in the log.
    properties.setProperty("logServerErrorDetail", "false");
    properties.setProperty("ApplicationName", "tollgate writer");
    properties.setProperty("options", "-c statement_timeout=8000");
    return DriverManager.getConnection(config.url(), properties);
  }

  @Override
  public void close() {
    app.close();
    ledger.close();
  }

  /// Work on a JDBC connection.
  public interface SqlFunction<T extends @Nullable Object> {
    T apply(Connection connection) throws SQLException;
  }

  private static void rollback(DbTransaction transaction) {
    try {
      transaction.rollback();
    } catch (DbClientException e) {
      // The connection is broken; the database has rolled back by itself.
    }
  }

  private static StoreUnavailable unavailable(DbClientException e) {
    return new StoreUnavailable("the database does not answer", e);
  }

  private static DbClient appClient(DatabaseConfig config) {
    Map<String, String> settings =
        Map.of(
            "source", "jdbc",
            // DbClient binds a UUID as text; left untyped, the server reads it as what it is
            // compared to.
            "connection.url",
                config.url() + "?stringtype=unspecified&options=-c%20statement_timeout=30000",
            "connection.username", Role.APP.user(),
            "connection.password", config.password(Role.APP),
            "connection.poolName", "tollgate-app",
            "connection.maximumPoolSize", "8",
            "connection.minimumIdle", "1",
            "connection.connectionTimeout", "3000",
            "connection.initializationFailTimeout", "-1");
    return DbClient.create(Config.just(ConfigSources.create(settings)));
  }

  private static HikariDataSource ledgerPool(DatabaseConfig config) {
    HikariConfig hikari = new HikariConfig();
    hikari.setJdbcUrl(config.url());
    hikari.setUsername(Role.LEDGER.user());
    hikari.setPassword(config.password(Role.LEDGER));
    hikari.setPoolName("tollgate-ledger");
    hikari.setMaximumPoolSize(4);
    hikari.setMinimumIdle(1);
    hikari.setConnectionTimeout(1_000);
    hikari.setInitializationFailTimeout(-1);
    hikari.addDataSourceProperty("socketTimeout", "10");
    hikari.addDataSourceProperty("connectTimeout", "2");
    return new HikariDataSource(hikari);
  }
}
