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
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/// PostgreSQL as the gateway uses it. Thread-safe.
public final class Database implements AutoCloseable {
  private static final String DEADLOCK = "40P01";
  private static final int MOST_MIGRATIONS = 5;

  private final DatabaseConfig config;
  private final DbClient app;
  private final HikariDataSource ledger;
  private final Breaker breaker = new Breaker(this::answers, Duration.ofMillis(500));

  public Database(DatabaseConfig config) {
    this.config = config;
    this.app = appClient(config);
    this.ledger = ledgerPool(config);
  }

  /// Brings the schema up to date.
  public static void migrate(DatabaseConfig config) {
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
        if (attempt == MOST_MIGRATIONS || !isDeadlock(e)) {
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
  public static Connection openMigrator(DatabaseConfig config) throws SQLException {
    return DriverManager.getConnection(
        config.url(), Role.MIGRATOR.user(), config.password(Role.MIGRATOR));
  }

  /// Runs one transaction confined to a tenant: row-level security shows it nothing else.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public <T> T inTenant(TenantId tenant, Function<DbTransaction, T> work) {
    breaker.check();
    DbTransaction transaction;
    try {
      transaction = app.transaction();
    } catch (DbClientException e) {
      breaker.failed();
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

  /// Runs one transaction confined to a tenant on a JDBC connection, for what the client cannot
  /// bind.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public <T extends @Nullable Object> T asApp(TenantId tenant, SqlFunction<T> work) {
    breaker.check();
    try (Connection connection = app.unwrap(Connection.class)) {
      return transaction(
          connection,
          confined -> {
            try (PreparedStatement confine =
                confined.prepareStatement("select set_config('app.tenant', ?, true)")) {
              confine.setString(1, tenant.value().toString());
              confine.execute();
            }
            return work.apply(confined);
          });
    } catch (SQLException | DbClientException e) {
      throw new StoreUnavailable("the database does not answer", e);
    }
  }

  /// A pooled connection of the ledger role, which crosses tenants.
  ///
  /// @throws StoreUnavailable when none can be had
  public <T extends @Nullable Object> T asLedger(SqlFunction<T> work) {
    breaker.check();
    Connection connection;
    try {
      connection = ledger.getConnection();
    } catch (SQLException e) {
      breaker.failed();
      throw new StoreUnavailable("the database does not answer", e);
    }
    try (connection) {
      return work.apply(connection);
    } catch (SQLException e) {
      throw new StoreUnavailable("the database does not answer", e);
    }
  }

  /// Like [#asLedger], in one transaction.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public <T extends @Nullable Object> T asLedgerAtOnce(SqlFunction<T> work) {
    return asLedger(connection -> transaction(connection, work));
  }

  /// Like [#asLedger], in one transaction that only reads and sees one moment.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public <T extends @Nullable Object> T asLedgerAtOneMoment(SqlFunction<T> work) {
    return asLedger(
        connection -> {
          int isolation = connection.getTransactionIsolation();
          connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
          connection.setReadOnly(true);
          try {
            return transaction(connection, work);
          } finally {
            connection.setReadOnly(false);
            connection.setTransactionIsolation(isolation);
          }
        });
  }

  private static <T extends @Nullable Object> T transaction(
      Connection connection, SqlFunction<T> work) throws SQLException {
    connection.setAutoCommit(false);
    try {
      T result = work.apply(connection);
      connection.commit();
      return result;
    } finally {
      // Undoes what was not committed; after the commit there is nothing to undo.
      connection.rollback();
      connection.setAutoCommit(true);
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

  /// The time by which the database decides.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public Instant time() {
    return asLedger(
        connection -> {
          try (PreparedStatement select = connection.prepareStatement("select tollgate.at()");
              ResultSet row = select.executeQuery()) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
          }
        });
  }

  /// Whether the time by which the database decides is the database's own; a test shifts it.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public boolean hasItsOwnTime() {
    return asLedger(
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "select prosrc = 'select now()' from pg_proc where oid ="
                          + " 'tollgate.at()'::regprocedure");
              ResultSet row = select.executeQuery()) {
            row.next();
            return row.getBoolean(1);
          }
        });
  }

  /// A number for a node that was given none; no two running nodes get the same.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public int nextNode() {
    return asLedger(
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement("select nextval('tollgate.node_number')");
              ResultSet row = select.executeQuery()) {
            row.next();
            return row.getInt(1);
          }
        });
  }

  @Override
  public void close() {
    breaker.close();
    app.close();
    ledger.close();
  }

  private boolean answers() {
    try (Connection connection = ledger.getConnection()) {
      return connection.isValid(1);
    } catch (SQLException e) {
      return false;
    }
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
