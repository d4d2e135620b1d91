package dev.tollgate.persistence.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/// Dropping days is the one way to lose calls on purpose.
class WrongClockTest {
  private final TestingDatabase testing = TestingDatabase.shared();

  @Test
  void aNodeWhoseClockIsAheadDropsNothing() {
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    testing.run(Role.LEDGER, "select tollgate.ensure_days('" + today + "', '" + today + "')");
    Instant ahead = Instant.parse("2060-01-01T00:00:00Z");
    new Housekeeping(testing.database(), Clock.fixed(ahead, ZoneOffset.UTC)).run();
    assertThat(
            testing.select(
                "select relname from pg_class where relnamespace = 'tollgate'::regnamespace"
                    + " and relname like 'call_7_'||to_char(now(), 'YYYYMMDD')"))
        .hasSize(1);
  }

  @Test
  void theApplicationNeitherMakesNorDropsDays() throws SQLException {
    try (Connection app = testing.open(Role.APP);
        Statement statement = app.createStatement()) {
      app.setAutoCommit(false);
      for (String function :
          new String[] {"drop_expired('2060-01-01')", "ensure_days('2001-01-01', '2001-01-01')"}) {
        assertThatThrownBy(() -> statement.execute("select tollgate." + function))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        app.rollback();
      }
    }
  }
}
