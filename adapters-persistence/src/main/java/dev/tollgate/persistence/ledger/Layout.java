package dev.tollgate.persistence.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/// What is where in the rows of a composite type, as the database has it: the type is the one place
/// that says it.
final class Layout {
  private final String type;
  private final Map<String, Integer> places = new HashMap<>();

  private Layout(String type) {
    this.type = type;
  }

  static Layout of(Connection connection, String type) throws SQLException {
    Layout layout = new Layout(type);
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select a.attname from pg_attribute a join pg_type t on t.typrelid = a.attrelid
            join pg_namespace n on n.oid = t.typnamespace
            where n.nspname = 'tollgate' and t.typname = ? and a.attnum > 0 and not a.attisdropped
            order by a.attnum
            """)) {
      select.setString(1, type);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          layout.places.put(row.getString(1), layout.places.size());
        }
      }
    }
    if (layout.places.isEmpty()) {
      throw new IllegalStateException("the database lacks the type tollgate." + type);
    }
    return layout;
  }

  /// The name of an array of it.
  String arrayType() {
    return "tollgate._" + type;
  }

  int width() {
    return places.size();
  }

  /// @throws IllegalArgumentException when the type has no such attribute
  int place(String attribute) {
    Integer place = places.get(attribute);
    if (place == null) {
      throw new IllegalArgumentException(type + " has no attribute " + attribute);
    }
    return place;
  }
}
