package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ledger.FiscalCalendar;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The database begins and ends windows exactly where the domain does.
class SqlWindowTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "UTC",
        "Asia/Kathmandu",
        "Europe/Berlin",
        "America/New_York",
        "America/Havana",
        "Africa/Cairo",
        "Pacific/Auckland"
      })
  void everyWindowIsTheDomains(String zone) throws SQLException {
    Random random = new Random(3);
    try (Connection connection = TestingDatabase.shared().open(Role.LEDGER);
        PreparedStatement select =
            connection.prepareStatement(
                "select s, tollgate.window_end(?, ?, s) from"
                    + " (select tollgate.window_start(?, ?, ?, ?) as s) x")) {
      for (int i = 0; i < 300; i++) {
        // Around 2026 to 2029; half of them close to a change of the clocks.
        Instant at = Instant.ofEpochSecond(random.nextLong(1_767_225_600L, 1_893_456_000L));
        int month = 1 + random.nextInt(12);
        FiscalCalendar calendar = new FiscalCalendar(FiscalCalendar.zone(zone), month);
        var change = calendar.zone().getRules().nextTransition(at);
        if (change != null && random.nextBoolean()) {
          at = change.getInstant().plusSeconds(random.nextLong(-7_200, 7_200));
        }
        for (Window window : Window.values()) {
          select.setString(1, window.wire());
          select.setString(2, zone);
          select.setString(3, window.wire());
          select.setString(4, zone);
          select.setInt(5, month);
          select.setObject(6, at.atOffset(ZoneOffset.UTC));
          try (ResultSet row = select.executeQuery()) {
            row.next();
            Instant start = row.getObject(1, OffsetDateTime.class).toInstant();
            OffsetDateTime end = row.getObject(2, OffsetDateTime.class);
            assertThat(new Window.Span(start, end == null ? null : end.toInstant()))
                .as("%s of %s in %s", window, at, zone)
                .isEqualTo(window.at(at, calendar));
          }
        }
      }
    }
  }
}
