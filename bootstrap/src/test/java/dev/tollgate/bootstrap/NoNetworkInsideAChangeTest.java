package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whenever an operation reaches the network, no transaction of the gateway is open: a provider
/// that is slow holds no lock.
class NoNetworkInsideAChangeTest {
  @TempDir private Path folder;

  @Test
  void noTransactionIsOpenWhenAProviderIsAsked() throws Exception {
    List<String> requests = new CopyOnWriteArrayList<>();
    List<String> open = new CopyOnWriteArrayList<>();
    TestingGateway gateway = TestingGateway.start(folder);
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (request, to) -> {
              requests.add(request.head().lines().findFirst().orElseThrow());
              open.addAll(openTransactions(gateway.dev().database()));
              to.json(200, "{\"object\":\"list\",\"data\":[]}");
            })) {
      String provider =
          gateway
              .manage(
                  "POST",
                  "/providers",
                  """
                  {"name":"p","kind":"openai","base_url":"%s","credential":"sk-0123456789abcdef",
                   "allow_private_network":true}"""
                      .formatted(upstream.baseUrl()))
              .path("id")
              .asText();
      gateway.manage("POST", "/providers/" + provider + "/test", "{}");
      gateway.manage("PATCH", "/providers/" + provider, "{\"credential\":\"sk-next-0123456789\"}");
      gateway.manage("PATCH", "/providers/" + provider, "{\"name\":\"q\"}");
      String webhook =
          gateway
              .manage(
                  "POST",
                  "/notifications/webhooks",
                  "{\"url\":\"" + upstream.baseUrl() + "/hook\",\"allow_private_network\":true}")
              .path("id")
              .asText();
      gateway.manage("POST", "/notifications/webhooks/" + webhook + "/test", "{}");
      gateway.manage("DELETE", "/notifications/webhooks/" + webhook, "");
      gateway.manage("DELETE", "/providers/" + provider, "");
    } finally {
      gateway.close();
    }
    assertThat(requests).as("the provider was asked, and the webhook").hasSizeGreaterThan(2);
    assertThat(open).isEmpty();
  }

  private static List<String> openTransactions(DatabaseConfig config) {
    List<String> found = new CopyOnWriteArrayList<>();
    try (Connection connection =
            DriverManager.getConnection(
                config.url(), Role.MIGRATOR.user(), config.password(Role.MIGRATOR));
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select usename || ' ' || state from pg_stat_activity"
                    + " where usename = 'tollgate_app' and state like 'idle in transaction%'")) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    } catch (SQLException e) {
      found.add(e.toString());
    }
    return found;
  }
}
