package dev.tollgate.persistence.database;

import com.zaxxer.hikari.pool.HikariPool;
import dev.tollgate.domain.stores.StoreUnavailable;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an error of the database means: that it cannot answer now, or that a statement is wrong,
/// which is a defect and must be loud.
final class StoreFaults {
  /// Broken connections, too few resources, and a server that stops or does not take anybody.
  private static final Set<String> UNAVAILABLE_CLASSES = Set.of("08", "53", "57");

  /// Deadlocks, locks that were waited for too long, and transactions that the server gave up.
  private static final Set<String> PASSING = Set.of("40001", "40P01", "55P03", "25P03");

  private StoreFaults() {}

  /// @return [StoreUnavailable], or for a defect an [IllegalStateException]
  static RuntimeException of(Throwable e) {
    SQLException cause = sql(e);
    if (cause == null) {
      return isPool(e)
          ? new StoreUnavailable("the database does not answer", e)
          : new IllegalStateException("a statement failed", e);
    }
    String state = cause.getSQLState();
    boolean unavailable =
        state == null
            ? cause instanceof SQLTransientConnectionException || isPool(e)
            : UNAVAILABLE_CLASSES.contains(state.substring(0, 2)) || PASSING.contains(state);
    return unavailable
        ? new StoreUnavailable("the database does not answer", e)
        : new IllegalStateException("a statement failed with SQL state " + state, e);
  }

  private static @Nullable SQLException sql(Throwable e) {
    SQLException found = null;
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof SQLException sql) {
        found = sql;
      }
    }
    return found;
  }

  private static boolean isPool(Throwable e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof HikariPool.PoolInitializationException
          || each instanceof SQLTransientConnectionException) {
        return true;
      }
    }
    return false;
  }
}
