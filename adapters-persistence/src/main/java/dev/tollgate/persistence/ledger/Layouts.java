package dev.tollgate.persistence.ledger;

import java.sql.Connection;
import java.sql.SQLException;

/// The layouts of everything that a node sends in batches, and of what it is answered.
record Layouts(
    Layout hold, Layout call, Layout balance, Layout rollUp, Layout times, Layout dimension) {
  static Layouts read(Connection connection) throws SQLException {
    return new Layouts(
        Layout.of(connection, "hold_2"),
        Layout.of(connection, "call_2"),
        Layout.of(connection, "balance_2"),
        Layout.of(connection, "roll_up_2"),
        Layout.of(connection, "times_2"),
        Layout.of(connection, "dimension_2"));
  }
}
