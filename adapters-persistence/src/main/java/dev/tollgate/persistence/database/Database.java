package dev.tollgate.persistence.database;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.domain.stores.Work;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import io.helidon.dbclient.DbClient;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// PostgreSQL as the gateway uses it. Thread-safe.
public final class Database implements AutoCloseable {
  private final DatabaseConfig config;
  private final DbClient app;
  private final DbClient reports;
  private final DbClient across;
  private final HikariDataSource ledger;
  private final HikariDataSource audit;
  private final Breaker breaker = new Breaker(this::answers, Duration.ofMillis(500));

  public Database(DatabaseConfig config) {
    this.config = config;
    this.app = Pools.management(config, Role.APP, "tollgate-app", 8);
    this.reports = Pools.management(config, Role.APP, "tollgate-reports", 2);
    this.across = Pools.management(config, Role.LEDGER, "tollgate-across", 3);
    this.ledger =
        Pools.ledger(config, "tollgate-ledger", 4, Duration.ofSeconds(1), Duration.ofSeconds(10));
    this.audit =
        Pools.ledger(config, "tollgate-audit", 1, Duration.ofSeconds(30), Duration.ofSeconds(40));
  }

  /// Runs one transaction confined to a tenant, or a part of the open unit of work: row-level
  /// security shows it nothing else.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public <T> T inTenant(TenantId tenant, Function<DbTransaction, T> work) {
    return OPEN.isBound()
        ? OPEN.get().join(tenant, work)
        : inTenant(app, breaker::failed, tenant, work);
  }

  /// Like [#inTenant], for what may read much: on a few connections of its own, so that reports
  /// neither take those of management nor more of the database than it can spare.
  ///
  /// @throws StoreUnavailable when the database does not answer, or all of them are in use
  public <T> T inReports(TenantId tenant, Function<DbTransaction, T> work) {
    // That all are in use says nothing of the database.
    return inTenant(reports, () -> {}, tenant, work);
  }

  /// Runs one transaction over the rows of every tenant that a policy of their own shows to who
  /// keeps the books: jobs, messages to be sent, tokens. It is never a part of the open unit of
  /// work, which is of one tenant.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public <T> T acrossTenants(Function<DbTransaction, T> work) {
    return transaction(across, breaker::failed, work);
  }

  /// Waits for a lock of a tenant, which the open unit of work keeps to its end.
  ///
  /// @param kind what the lock is for
  /// @throws StoreUnavailable when the database does not answer, or the lock is not had in time
  public void lock(TenantId tenant, int kind) {
    inTenant(
        tenant,
        tx -> {
          Rows.lock(tx, kind, tenant.value().toString());
          return tenant;
        });
  }

  /// Whether the database did not answer a moment ago.
  public boolean isAway() {
    return breaker.isOpen();
  }

  private <T> T inTenant(
      DbClient client, Runnable failed, TenantId tenant, Function<DbTransaction, T> work) {
    return transaction(
        client,
        failed,
        transaction -> {
          confine(transaction, tenant);
          return work.apply(transaction);
        });
  }

  private <T> T transaction(DbClient client, Runnable failed, Function<DbTransaction, T> work) {
    DbTransaction transaction = begin(client, failed);
    boolean done = false;
    try {
      T result = work.apply(transaction);
      transaction.commit();
      done = true;
      return result;
    } catch (DbClientException e) {
      throw StoreFaults.of(e);
    } finally {
      if (!done) {
        rollback(transaction);
      }
    }
  }

  private DbTransaction begin(DbClient client, Runnable failed) {
    breaker.check();
    try {
      return client.transaction();
    } catch (DbClientException e) {
      failed.run();
      throw StoreFaults.of(e);
    }
  }

  /// Row-level security shows the transaction one tenant. It waits for no lock for long.
  private static void confine(DbTransaction transaction, TenantId tenant) {
    Rows.one(
        transaction
            .createQuery(
                "select set_config('app.tenant', ?, true), set_config('lock_timeout', '2s', true)")
            .addParam(tenant.value().toString())
            .execute(),
        row -> row);
  }

  /// Units of work over the stores of management.
  public Work work() {
    return work;
  }

  private final Work work =
      new Work() {
        @Override
        public <T> T inTenant(TenantId tenant, Function<Unit, T> work) {
          return unit(tenant, work);
        }

        @Override
        public void afterwards(Runnable action) {
          if (OPEN.isBound()) {
            OPEN.get().afterwards().add(action);
          } else {
            action.run();
          }
        }
      };

  private <T> T unit(TenantId tenant, Function<Work.Unit, T> work) {
    if (OPEN.isBound()) {
      throw new IllegalStateException("a unit of work is open already");
    }
    DbTransaction transaction = begin(app, breaker::failed);
    OpenUnit unit = new OpenUnit(tenant, transaction, new ArrayList<>(), new AtomicBoolean());
    boolean done = false;
    T result;
    try {
      confine(transaction, tenant);
      result = ScopedValue.where(OPEN, unit).call(() -> work.apply(unit));
      if (!unit.undone().get()) {
        transaction.commit();
        done = true;
      }
    } catch (DbClientException e) {
      throw StoreFaults.of(e);
    } finally {
      if (!done) {
        rollback(transaction);
      }
    }
    if (done) {
      unit.afterwards().forEach(Runnable::run);
    }
    return result;
  }

  private static final ScopedValue<OpenUnit> OPEN = ScopedValue.newInstance();

  /// The unit of work that is open on a thread.
  private record OpenUnit(
      TenantId tenant, DbTransaction transaction, List<Runnable> afterwards, AtomicBoolean undone)
      implements Work.Unit {
    @Override
    public void undo() {
      undone.set(true);
    }

    <T> T join(TenantId asked, Function<DbTransaction, T> work) {
      // Row-level security shows every tenant the catalogue of the platform, to read.
      if (!tenant.equals(asked) && !asked.isPlatform()) {
        throw new IllegalStateException("the open unit of work is of another tenant");
      }
      try {
        return work.apply(transaction);
      } catch (DbClientException e) {
        throw StoreFaults.of(e);
      }
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
      throw StoreFaults.of(e);
    }
    try (connection) {
      return work.apply(connection);
    } catch (SQLException e) {
      throw StoreFaults.of(e);
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
    return answer("select tollgate.at() as answer", row -> Rows.time(row, "answer"));
  }

  /// Whether the time by which the database decides is the database's own; a test shifts it.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public boolean hasItsOwnTime() {
    return answer(
        "select prosrc = 'select now()' as answer from pg_proc"
            + " where oid = 'tollgate.at()'::regprocedure",
        row -> Rows.flag(row, "answer"));
  }

  /// A number for a node that was given none; no two running nodes get the same.
  ///
  /// @throws StoreUnavailable when the database does not answer
  public int nextNode() {
    return answer(
        "select nextval('tollgate.node_number') as answer",
        row -> (int) Rows.number(row, "answer"));
  }

  private <T> T answer(String question, Function<DbRow, T> mapper) {
    return acrossTenants(tx -> Rows.one(tx.createQuery(question).execute(), mapper).orElseThrow());
  }

  @Override
  public void close() {
    breaker.close();
    app.close();
    reports.close();
    across.close();
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
}
