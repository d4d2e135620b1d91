package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.bootstrap.ManagementRequests.Line;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.proto.Operation;
import dev.tollgate.proto.v1.Kind;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each change of the files below `parity` is tried before it is made: the trial answers what the
/// change does, shows no secret, and leaves no row of management as it was not.
class DryRunTest {
  /// What calls and what runs beside them write, at times of their own.
  private static final Set<String> OF_CALLS =
      Set.of(
          "account",
          "call",
          "call_content",
          "deployment_speed",
          "dimension",
          "entry",
          "hold",
          "ledger_batch",
          "notification",
          "usage_bucket",
          "usage_day",
          "usage_minute",
          "usage_quarter",
          "usage_times",
          "writer_session");

  private static final String OF_JOBS = "There is no parameter 'dry_run' of this operation.";

  @TempDir Path folder;

  @Test
  void aTrialAnswersWhatTheChangeDoesAndLeavesNothing() throws Exception {
    TestingGateway gateway = TestingGateway.start(folder);
    List<String> wrong = new ArrayList<>();
    Set<String> changes = new TreeSet<>();
    DatabaseConfig database = gateway.dev().database();
    try (Connection connection =
            DriverManager.getConnection(
                database.url(), Role.MIGRATOR.user(), database.password(Role.MIGRATOR));
        PreparedStatement question = connection.prepareStatement(question(connection))) {
      ManagementRequests requests = new ManagementRequests(gateway, "requests.txt", "later.txt");
      requests.each(
          line -> {
            if (!line.isChange()) {
              requests.answer(line);
              return;
            }
            List<String> before = rows(question);
            String tried = requests.dryRun(line);
            if (!rows(question).equals(before)) {
              wrong.add(line.text() + "\n  was to change nothing, and changed " + before);
            }
            String made = requests.answer(line);
            assertThat(tried).doesNotContain("SECRET");
            if (tried.contains(OF_JOBS) || isRepeat(line)) {
              return;
            }
            if (!made.replaceAll(",\"[a-z]+\":\"SECRET\"", "").equals(tried)) {
              wrong.add(line.text() + "\n  tried " + tried + "\n  made  " + made);
            }
            if (!rows(question).equals(before)) {
              changes.add(line.operation().orElseThrow().name());
            }
          });
    } finally {
      gateway.close();
    }
    assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
    assertThat(changes)
        .as("each change needs a request in parity/later.txt")
        .containsAll(
            Operation.ALL.stream()
                .filter(each -> each.kind() == Kind.KIND_CHANGE)
                .map(Operation::name)
                .toList());
  }

  /// A trial is no repeat of what was made before.
  private static boolean isRepeat(Line line) {
    return line.headers().keySet().stream().anyMatch("Idempotency-Key"::equalsIgnoreCase);
  }

  /// A fingerprint of what each table holds, in one question.
  private static String question(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet table =
            statement.executeQuery(
                """
                select relname from pg_class where relnamespace = 'tollgate'::regnamespace
                  and relkind in ('r', 'p') and not relispartition order by relname
                """)) {
      StringJoiner all = new StringJoiner(" union all ");
      while (table.next()) {
        String name = table.getString(1);
        if (!OF_CALLS.contains(name)) {
          all.add(
              """
              select '%1$s ' || count(*) || ' '
                || coalesce(sum(hashtextextended((to_jsonb(t) - 'last_used_at')::text, 0)), 0)
              from tollgate.%1$s t
              """
                  .formatted(name));
        }
      }
      return all.toString();
    }
  }

  private static List<String> rows(PreparedStatement question) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (ResultSet row = question.executeQuery()) {
      while (row.next()) {
        rows.add(row.getString(1));
      }
    }
    return rows;
  }
}
