package dev.tollgate.persistence.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

class MigrationTest {
  private static final String WAITING =
      "select count(*) from pg_locks where not granted and relation = 'tollgate.budget'::regclass";

  @Test
  void theProgramKnowsItsOwnLatestVersion() {
    assertThat(
            TestingDatabase.shared()
                .select(
                    "select version from tollgate.flyway_schema_history where version is not null"
                        + " order by installed_rank desc limit 1"))
        .containsExactly(Migrations.LATEST);
  }

  /// A node of the version before holds what the migration wants, and wants what it holds.
  @Test
  void aDeadlockWithAnOlderNodeIsSurvived() throws Exception {
    Path folder = TestingDatabase.shared().folderForAnother();
    try (EmbeddedDatabase embedded = EmbeddedDatabase.start(folder, 0, Map.of())) {
      DatabaseConfig config = embedded.config();
      String password = config.password(Role.MIGRATOR);
      Flyway.configure()
          .dataSource(config.url(), Role.MIGRATOR.user(), password)
          .schemas("tollgate")
          .locations("classpath:db/migration")
          .target("6")
          .load()
          .migrate();
      try (Connection older =
              DriverManager.getConnection(config.url(), Role.MIGRATOR.user(), password);
          Statement statement = older.createStatement()) {
        older.setAutoCommit(false);
        statement.execute("select 1 from tollgate.budget");
        CompletableFuture<Void> migration =
            CompletableFuture.runAsync(() -> Migrations.run(config));
        Eventually.holds(
            "a migration waits",
            () -> !TestingDatabase.select(config, WAITING).equals(List.of("0")));
        statement.execute("select 1 from tollgate.notification");
        assertThat(migration.isDone()).as("the older node came through").isFalse();
        older.commit();
        migration.get();
      }
      assertThat(
              TestingDatabase.select(
                  config, "select count(*) from tollgate.flyway_schema_history where not success"))
          .containsExactly("0");
      assertThat(TestingDatabase.select(config, "select to_regtype('tollgate.call_2')"))
          .containsExactly("tollgate.call_2");
    } finally {
      TestingDatabase.delete(folder);
    }
  }
}
