package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.keys.KeySecret;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/// Refusals are cheap, and the counts are right all the same.
class RefusedCallsEndToEndTest {
  private static final String CALL =
      "{\"model\":\"none\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void aKeyThatGoesOnAskingHasAFewRows() throws Exception {
    JsonNode key = gateway.newKey(gateway.newProject(), "");
    String secret = key.path("key").asText();

    for (int i = 0; i < 40; i++) {
      assertThat(gateway.call("/v1/chat/completions", secret, CALL).statusCode()).isEqualTo(404);
    }

    gateway.lastCall(key.path("id").asText());
    Thread.sleep(500);
    JsonNode rows = gateway.manage("GET", "/calls?limit=100&key=" + key.path("id").asText(), "");
    assertThat(rows.path("data")).hasSize(5);
    rows.path("data").forEach(row -> assertThat(row.path("attempts").asInt()).isZero());
  }

  @Test
  void wrongKeysBecomeARowAMinute() throws Exception {
    // A key that was good here before goes on, whether it is still in memory or not.
    gateway.get("/v1/models", gateway.demoKey());
    int before = rowsOfStrangers();
    List<Integer> statuses = flood(600);

    assertThat(statuses).contains(401).containsOnly(401, 429);
    // The gateway is shared: the next test's new key must not fall into this second.
    Thread.sleep(1_100);
    assertThat(rowsOfStrangers() - before).isLessThanOrEqualTo(4);
    HttpResponse<String> good =
        gateway.call("/v1/chat/completions", gateway.demoKey(), CALL.replace("none", "sim-small"));
    assertThat(good.statusCode()).isEqualTo(200);
  }

  private List<Integer> flood(int count) throws Exception {
    List<Future<Integer>> calls = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
      for (int i = 0; i < count; i++) {
        String wrong = KeySecret.generate(ThreadLocalRandom.current()).reveal();
        calls.add(
            threads.submit(() -> gateway.call("/v1/chat/completions", wrong, CALL).statusCode()));
      }
      List<Integer> statuses = new ArrayList<>();
      for (Future<Integer> each : calls) {
        statuses.add(each.get());
      }
      return statuses;
    }
  }

  private int rowsOfStrangers() throws SQLException {
    DatabaseConfig config = gateway.dev().database();
    try (Connection connection =
            DriverManager.getConnection(
                config.url(), Role.MIGRATOR.user(), config.password(Role.MIGRATOR));
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*) from tollgate.call where key_id is null and status in (401, 429)")) {
      row.next();
      return row.getInt(1);
    }
  }
}
