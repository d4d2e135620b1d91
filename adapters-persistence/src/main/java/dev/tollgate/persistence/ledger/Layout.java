package dev.tollgate.persistence.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/// What is where in the rows of a composite type, as the database has it: the type is the one place
/// that says it. Good for one connection, since the driver keeps by connection what it sends in
/// binary.
final class Layout {
  private final String type;
  private final Map<String, Integer> places = new HashMap<>();
  private final List<Type> types = new ArrayList<>();
  private int oid;

  private Layout(String type) {
    this.type = type;
  }

  /// The type of an attribute.
  ///
  /// @param width in bytes, negative where it varies
  /// @param element what an array consists of
  record Type(int oid, String name, int width, @Nullable Type element) {}

  static Layout of(Connection connection, String type) throws SQLException {
    Layout layout = new Layout(type);
    int arrays = 0;
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select c.oid, c.typarray, a.attname, t.oid, t.typname, t.typlen, e.oid, e.typname, e.typlen
            from pg_type c join pg_namespace n on n.oid = c.typnamespace
            join pg_attribute a on a.attrelid = c.typrelid and a.attnum > 0 and not a.attisdropped
            join pg_type t on t.oid = a.atttypid
            left join pg_type e on e.typarray = t.oid
            where n.nspname = 'tollgate' and c.typname = ?
            order by a.attnum
            """)) {
      select.setString(1, type);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          layout.oid = (int) row.getLong(1);
          arrays = (int) row.getLong(2);
          layout.places.put(row.getString(3), layout.places.size());
          Type element = row.getString(8) == null ? null : type(row, 7, null);
          layout.types.add(type(row, 4, element));
        }
      }
    }
    if (layout.places.isEmpty()) {
      throw new IllegalStateException("the database lacks the type tollgate." + type);
    }
    connection.unwrap(BaseConnection.class).getQueryExecutor().addBinarySendOid(arrays);
    return layout;
  }

  private static Type type(ResultSet row, int column, @Nullable Type element) throws SQLException {
    return new Type(
        (int) row.getLong(column), row.getString(column + 1), row.getInt(column + 2), element);
  }

  /// Of the type itself.
  int oid() {
    return oid;
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

  Type typeOf(int place) {
    return types.get(place);
  }
}
