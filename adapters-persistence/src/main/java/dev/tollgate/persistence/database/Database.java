package dev.tollgate.persistence.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.StoreUnavailable;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
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
import java.util.Properties;
import java.util.function.Function;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/// PostgreSQL as the gateway uses it. Thread-safe.
public final class Database implements AutoCloseable {
  /// The version that this program brings a schema to.
  public static final String LATEST_MIGRATION = "016";

  private static final String DEADLOCK = "40P01";
  private static final int MOST_MIGRATIONS = 5;

  private final DatabaseConfig config;
  private final DbClient app;
  private final DbClient reports;
  private final HikariDataSource ledger;
  private final HikariDataSource audit;
  private final Breaker breaker = new Breaker(this::answers, Duration.ofMillis(500));

  public Database(DatabaseConfig config) {
    this.config = config;
    this.app = Pools.app(config, "tollgate-app", 8);
    this.reports = Pools.app(config, "tollgate-reports", 2);
    this.ledger =
        Pools.ledger(config, "tollgate-ledger", 4, Duration.ofSeconds(1), Duration.ofSeconds(10));
    this.audit =
        Pools.ledger(config, "tollgate-audit", 1, Duration.ofSeconds(30), Duration.ofSeconds(40));
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
    return inTenant(app, breaker::failed, tenant, work);
  }

  /// Like [#inTenant], for what may read much: on a few connections of its own, so that reports
  /// neither take those of management nor more of the database than it can spare.
  ///
  /// @throws StoreUnavailable when the database does not answer, or all of them are in use
  public <T> T inReports(TenantId tenant, Function<DbTransaction, T> work) {
    // That all are in use says nothing of the database.
    return inTenant(reports, () -> {}, tenant, work);
  }

  /// Whether the database did not answer a moment ago.
  public boolean isAway() {
    return breaker.isOpen();
  }

  private <T> T inTenant(
      DbClient client, Runnable failed, TenantId tenant, Function<DbTransaction, T> work) {
    breaker.check();
    DbTransaction transaction;
    try {
      transaction = client.transaction();
    } catch (DbClientException e) {
      failed.run();
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
    return as(ledger, breaker::failed, work);
  }

  private <T extends @Nullable Object> T as(
      HikariDataSource pool, Runnable failed, SqlFunction<T> work) {
    breaker.check();
    Connection connection;
    try {
      connection = pool.getConnection();
    } catch (SQLException e) {
      if (!isExhausted(pool)) {
        failed.run();
      }
      throw new StoreUnavailable("the database does not answer", e);
    }
    try (connection) {
      return work.apply(connection);
    } catch (SQLException e) {
      throw new StoreUnavailable("the database does not answer", e);
    }
  }

  /// That all connections are in use says nothing of the database.
  private static boolean isExhausted(HikariDataSource pool) {
    HikariPoolMXBean state = pool.getHikariPoolMXBean();
    return state != null && state.getActiveConnections() >= pool.getMaximumPoolSize();
  }

  /// Like [#asLedger], for what may take long and must not take the connections of calls.
  ///
  /// @throws StoreUnavailable when the database does not answer, or another one is running
  public <T extends @Nullable Object> T asHousekeeper(SqlFunction<T> work) {
    return as(audit, () -> {}, work);
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
    return atOneMoment(ledger, breaker::failed, work);
  }

  /// Like [#asLedgerAtOneMoment], for what reads all there is: one at a time.
  ///
  /// @throws StoreUnavailable when the database does not answer, or another one is running
  public <T extends @Nullable Object> T asAuditor(SqlFunction<T> work) {
    return atOneMoment(audit, () -> {}, work);
  }

  private <T extends @Nullable Object> T atOneMoment(
      HikariDataSource pool, Runnable failed, SqlFunction<T> work) {
    return as(
        pool,
        failed,
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
    properties.setProperty("options", Pools.limits(8_000));
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
    reports.close();
    ledger.close();
    audit.close();
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
}
