package dev.tollgate.persistence.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.dbclient.DbClient;
import java.time.Duration;
import java.util.Map;

/// Connections to PostgreSQL. Whatever their role, a statement has a time-out, and so has a
/// transaction that nothing happens in: an old snapshot keeps PostgreSQL from tidying up the rows
/// that change most.
final class Pools {
  private static final int STATEMENT_MILLIS = 30_000;
  private static final int IDLE_MILLIS = 60_000;

  private Pools() {}

  /// What a session is started with.
  static String limits(int statementMillis) {
    return "-c statement_timeout="
        + statementMillis
        + " -c idle_in_transaction_session_timeout="
        + IDLE_MILLIS;
  }

  /// Connections of management.
  static DbClient management(DatabaseConfig config, Role role, String name, int most) {
    Map<String, String> settings =
        Map.of(
            "source",
            "jdbc",
            // DbClient binds a UUID as text; left untyped, the server reads it as what it is
            // compared to.
            "connection.url",
            config.url()
                + "?stringtype=unspecified&connectTimeout=2&socketTimeout=40&tcpKeepAlive=true"
                + "&options="
                + limits(STATEMENT_MILLIS).replace(" ", "%20"),
            "connection.username",
            role.user(),
            "connection.password",
            config.password(role),
            "connection.poolName",
            name,
            "connection.maximumPoolSize",
            Integer.toString(most),
            "connection.minimumIdle",
            "1",
            "connection.connectionTimeout",
            "3000",
            "connection.initializationFailTimeout",
            "-1");
    return DbClient.create(Config.just(ConfigSources.create(settings)));
  }

  /// @param wait how long a caller waits for one
  /// @param socket after which a connection that says nothing is given up
  static HikariDataSource ledger(
      DatabaseConfig config, String name, int most, Duration wait, Duration socket) {
    HikariConfig hikari = new HikariConfig();
    hikari.setJdbcUrl(config.url());
    hikari.setUsername(Role.LEDGER.user());
    hikari.setPassword(config.password(Role.LEDGER));
    hikari.setPoolName(name);
    hikari.setMaximumPoolSize(most);
    hikari.setMinimumIdle(1);
    hikari.setConnectionTimeout(wait.toMillis());
    hikari.setInitializationFailTimeout(-1);
    hikari.addDataSourceProperty("socketTimeout", Long.toString(socket.toSeconds()));
    hikari.addDataSourceProperty("connectTimeout", "2");
    hikari.addDataSourceProperty("options", limits(STATEMENT_MILLIS));
    return new HikariDataSource(hikari);
  }
}
