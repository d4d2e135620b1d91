package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What PostgreSQL reads of rows that go to it in its binary form.
class CompositeRowsTest {
  private static final UUID ID = UUID.fromString("01900000-0000-7000-8000-00000000000a");

  private Connection connection;
  private Layout layout;

  @BeforeEach
  void open() throws SQLException {
    connection = TestingDatabase.shared().open(Role.MIGRATOR);
    connection.setAutoCommit(false);
    connection
        .createStatement()
        .execute(
            "create type tollgate.every_kind as (id uuid, small smallint, mid int, big bigint, flag"
                + " boolean, words text, j jsonb, day date, at timestamptz, counts bigint[], times"
                + " int[])");
    layout = Layout.of(connection, "every_kind");
  }

  @AfterEach
  void close() throws SQLException {
    connection.rollback();
    connection.close();
  }

  @Test
  void everyKindOfValueArrivesAsItIs() throws SQLException {
    CompositeRows rows = new CompositeRows(layout);
    rows.set("times", new long[] {1, -2})
        .set("counts", new long[] {Long.MAX_VALUE, 0})
        .set("id", ID)
        .set("small", -32_768)
        .set("mid", 2_147_483_647)
        .set("big", Long.MIN_VALUE)
        .set("flag", true)
        .set("words", "a \"quoted\" {word}, (one), \\ and \u00fc \ud83d\ude00")
        .set("j", "[\"a\", {\"b\": null}]")
        .set("day", LocalDate.of(1999, 12, 31))
        .set("at", Instant.parse("2026-03-29T00:59:59.999999999Z"))
        .end();
    rows.set("flag", false).set("words", "").set("counts", new long[0]).end();
    rows.end();

    assertThat(
            read(
                rows,
                "select u.id || ' ' || u.small || ' ' || u.mid || ' ' || u.big || ' ' || u.flag ||"
                    + " ' ' || u.words || ' ' || u.j || ' ' || u.day || ' ' || (u.at at time zone"
                    + " 'UTC') || ' ' || u.counts::text || ' ' || u.times::text from unnest(?) u"
                    + " limit 1"))
        .isEqualTo(
            ID
                + " -32768 2147483647 -9223372036854775808 true a \"quoted\" {word}, (one), \\ and"
                + " \u00fc \ud83d\ude00 [\"a\", {\"b\": null}] 1999-12-31"
                + " 2026-03-29 00:59:59.999999 {9223372036854775807,0} {1,-2}");
    assertThat(
            read(
                rows,
                "select string_agg(coalesce(u.flag::text, '-') || coalesce(u.words, '-') ||"
                    + " coalesce(u.counts::text, '-') || coalesce(u.j::text, '-'), ' ') from"
                    + " unnest(?) u where u.id is null"))
        .isEqualTo("false{}- ----");
  }

  @Test
  void noRowsAreAnEmptyArray() throws SQLException {
    assertThat(read(new CompositeRows(layout), "select cardinality(?)")).isEqualTo("0");
  }

  /// A number that does not fit is never cut.
  @Test
  void whatDoesNotFitIsRefused() {
    CompositeRows rows = new CompositeRows(layout);
    assertThatThrownBy(() -> rows.set("small", 32_768).end())
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("32768 is no int2");
    assertThatThrownBy(() -> new CompositeRows(layout).set("mid", 1L << 31).end())
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> new CompositeRows(layout).set("times", new long[] {1L << 31}).end())
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> new CompositeRows(layout).set("id", "text").end())
        .hasMessage("a text is no uuid");
    assertThatThrownBy(() -> new CompositeRows(layout).set("words", 1).end())
        .hasMessage("a number is no text");
    assertThatThrownBy(() -> new CompositeRows(layout).set("big", new long[1]).end())
        .hasMessage("numbers are no int8");
    assertThatThrownBy(() -> new CompositeRows(layout).set("other", 1))
        .hasMessage("every_kind has no attribute other");
  }

  @Test
  void aConnectionThatWasNotToldOfATypeBindsNothing() throws SQLException {
    CompositeRows rows = new CompositeRows(Layout.of(connection, "call_2"));
    try (Connection other = TestingDatabase.shared().open(Role.MIGRATOR);
        PreparedStatement select = other.prepareStatement("select cardinality(?)")) {
      assertThatThrownBy(() -> new Binder(select).rows(rows))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("tollgate._call_2 is not sent in binary");
    }
  }

  private String read(CompositeRows rows, String sql) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      new Binder(select).rows(rows);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }
}
