package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Changes that meet, and changes that break: no update is lost, nothing is half done, nothing
/// happens twice.
class ChangeRacesTest {
  /// 500 in `bench/faults races`.
  private static final int ROUNDS = Integer.getInteger("tollgate.rounds", 40);

  @TempDir private static Path folder;
  private static TestingGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestingGateway.start(folder);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @AfterEach
  void mend() throws SQLException {
    gateway.sql("drop function if exists tollgate.doom() cascade");
  }

  @Test
  void noPatchBringsBackWhatWasDeleted() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      String id = gateway.newProject();
      String name = "patched-" + i;
      List<HttpResponse<String>> answers =
          AtOnce.both(
              () -> gateway.tryManage("PATCH", "/projects/" + id, "{\"name\":\"" + name + "\"}"),
              () -> gateway.tryManage("DELETE", "/projects/" + id, ""));
      assertThat(answers.get(1).statusCode()).isEqualTo(204);
      JsonNode project = gateway.manage("GET", "/projects/" + id, "");
      assertThat(project.path("archived").asBoolean()).as("round " + i).isTrue();
      if (answers.get(0).statusCode() == 200) {
        assertThat(project.path("name").asText()).as("round " + i).isEqualTo(name);
      }
    }
  }

  @Test
  void ofTwoPatchesBothStand() throws Exception {
    String id = gateway.newKey(gateway.newProject(), "").path("id").asText();
    for (int i = 0; i < ROUNDS; i++) {
      String name = "name-" + i;
      String tag = "tag-" + i;
      List<HttpResponse<String>> answers =
          AtOnce.both(
              () -> gateway.tryManage("PATCH", "/keys/" + id, "{\"name\":\"" + name + "\"}"),
              () -> gateway.tryManage("PATCH", "/keys/" + id, "{\"tags\":[\"" + tag + "\"]}"));
      assertThat(answers).allSatisfy(each -> assertThat(each.statusCode()).isEqualTo(200));
      JsonNode key = gateway.manage("GET", "/keys/" + id, "");
      assertThat(key.path("name").asText()).as("round " + i).isEqualTo(name);
      assertThat(key.path("tags").get(0).asText()).as("round " + i).isEqualTo(tag);
    }
  }

  /// Each table that a new key with a budget is written to refuses once: the transaction ends as it
  /// would if the node died there.
  @ParameterizedTest
  @ValueSource(
      strings = {"virtual_key", "key_secret", "budget", "change", "audit_event", "idempotency"})
  void aKeyIsMadeWithItsBudgetOrNotAtAll(String table) throws Exception {
    String project = gateway.newProject();
    doom(table, "raise exception 'doomed' using errcode = '57P01'");
    for (int i = 0; i < ROUNDS; i++) {
      HttpResponse<String> answer = create(project, "half-" + i, table + i);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    }
    mend();
    assertThat(gateway.manage("GET", "/keys?project=" + project, "").path("data")).isEmpty();
    HttpResponse<String> again = create(project, "half-0", table + 0);
    assertThat(again.statusCode()).as(again.body()).isEqualTo(201);
    assertThat(gateway.manage("GET", "/keys?project=" + project, "").path("data")).hasSize(1);
  }

  @Test
  void whatDiedBeforeItsRecordHappensOnceInTheEnd() throws Exception {
    String project = gateway.newProject();
    doom("idempotency", "perform pg_terminate_backend(pg_backend_pid())");
    int died = 0;
    for (int i = 0; i < ROUNDS; i++) {
      died += create(project, "killed-" + i, "killed-" + i).statusCode() == 503 ? 1 : 0;
    }
    assertThat(died).isEqualTo(ROUNDS);
    mend();
    for (int i = 0; i < ROUNDS; i++) {
      HttpResponse<String> answer = create(project, "killed-" + i, "killed-" + i);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }
    assertThat(keysOf(project)).isEqualTo(ROUNDS);
  }

  @Test
  void aTwinDoesNothingASecondTime() throws Exception {
    String project = gateway.newProject();
    int told = 0;
    for (int i = 0; i < ROUNDS; i++) {
      String name = "twin-" + i;
      List<HttpResponse<String>> answers =
          AtOnce.both(() -> create(project, name, name), () -> create(project, name, name));
      List<HttpResponse<String>> made =
          answers.stream().filter(each -> each.statusCode() == 201).toList();
      assertThat(made).as("round " + i).isNotEmpty();
      for (HttpResponse<String> each : answers) {
        if (each.statusCode() != 201) {
          assertThat(each.statusCode()).as(each.body()).isEqualTo(409);
          assertThat(each.body()).contains("idempotency_in_progress");
          told++;
        }
      }
      if (made.size() == 2) {
        assertThat(made)
            .extracting(each -> TestingGateway.json(each.body()).path("id").asText())
            .containsOnly(TestingGateway.json(made.getFirst().body()).path("id").asText());
      }
    }
    assertThat(keysOf(project)).isEqualTo(ROUNDS);
    assertThat(told).as("twins that met the first while it ran").isPositive();
  }

  /// A statement that fails is a defect, not a database that is away.
  @Test
  void aDefectIsToldToTheLogUnderItsRequest() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            lines.add(record.getLevel() + " " + record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger.getLogger("").addHandler(handler);
    try {
      doom("project", "raise exception 'doomed'");
      HttpResponse<String> answer = gateway.tryManage("POST", "/projects", "{\"name\":\"x\"}");
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.body()).contains("internal_error").doesNotContain("doomed");
      String request = answer.headers().firstValue("x-request-id").orElseThrow();
      assertThat(answer.body()).contains(request);
      assertThat(lines)
          .anyMatch(each -> each.startsWith("SEVERE CreateProject") && each.contains(request));
    } finally {
      Logger.getLogger("").removeHandler(handler);
    }
  }

  private static int keysOf(String project) {
    int count = 0;
    String cursor = "";
    while (true) {
      JsonNode page = gateway.manage("GET", "/keys?limit=100&project=" + project + cursor, "");
      count += page.path("data").size();
      if (!page.path("has_more").asBoolean()) {
        return count;
      }
      cursor = "&cursor=" + page.path("next_cursor").asText();
    }
  }

  /// Whatever is written to a table meets this first.
  private static void doom(String table, String statement) throws SQLException {
    gateway.sql(
        "create function tollgate.doom() returns trigger language plpgsql as $$"
            + " begin "
            + statement
            + "; return new; end $$",
        "create trigger doom before insert on tollgate."
            + table
            + " for each row execute function tollgate.doom()");
  }

  private static HttpResponse<String> create(String project, String name, String under) {
    return gateway.send(
        HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1/keys"))
            .timeout(Duration.ofSeconds(20))
            .header("Authorization", "Bearer " + gateway.adminToken())
            .header("Idempotency-Key", under)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"name\":\"%s\",\"project\":\"%s\",\"budget\":{\"limit\":\"5.00\",\"window\":\"day\"}}"
                        .formatted(name, project)))
            .build());
  }
}
