package dev.tollgate.persistence.database;

import dev.tollgate.domain.secrets.SealedCredential;
import io.helidon.dbclient.DbColumn;
import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import java.sql.Array;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads rows. Only `DbColumn.get(Class)` is used: its conversions do not link with this mix of
/// Helidon versions (docs/decisions/0002).
public final class Rows {
  private Rows() {}

  public static <T> List<T> all(Stream<DbRow> rows, Function<DbRow, T> mapper) {
    try (rows) {
      return rows.map(mapper).toList();
    }
  }

  /// Waits for a lock of the database that the transaction keeps to its end.
  ///
  /// @param kind what the lock is for
  public static void lock(DbExecute tx, int kind, String subject) {
    all(
        tx.createQuery("select pg_advisory_xact_lock(cast(? as int), hashtext(?))")
            .addParam(kind)
            .addParam(subject)
            .execute(),
        row -> row);
  }

  public static <T> Optional<T> one(Stream<DbRow> rows, Function<DbRow, T> mapper) {
    try (rows) {
      return rows.map(mapper).findFirst();
    }
  }

  public static String text(DbRow row, String column) {
    return required(row, column, String.class);
  }

  public static @Nullable String textOrNull(DbRow row, String column) {
    return row.column(column).get(String.class);
  }

  public static UUID uuid(DbRow row, String column) {
    return required(row, column, UUID.class);
  }

  public static @Nullable UUID uuidOrNull(DbRow row, String column) {
    return row.column(column).get(UUID.class);
  }

  public static long number(DbRow row, String column) {
    return required(row, column, Number.class).longValue();
  }

  public static @Nullable Long numberOrNull(DbRow row, String column) {
    Number number = row.column(column).get(Number.class);
    return number == null ? null : number.longValue();
  }

  public static boolean flag(DbRow row, String column) {
    return required(row, column, Boolean.class);
  }

  public static byte[] bytes(DbRow row, String column) {
    return required(row, column, byte[].class);
  }

  public static byte @Nullable [] bytesOrNull(DbRow row, String column) {
    return row.column(column).get(byte[].class);
  }

  public static Instant time(DbRow row, String column) {
    return required(row, column, Timestamp.class).toInstant();
  }

  public static @Nullable Instant timeOrNull(DbRow row, String column) {
    Timestamp time = row.column(column).get(Timestamp.class);
    return time == null ? null : time.toInstant();
  }

  /// A sealed secret, from columns that are named alike wherever one is kept.
  public static SealedCredential sealed(DbRow row) {
    return new SealedCredential(
        text(row, "kek_id"),
        bytes(row, "wrapped_key"),
        bytes(row, "nonce"),
        bytes(row, "ciphertext"),
        text(row, "hint"));
  }

  /// Values as a parameter, in a form that casts: `cast(? as uuid[])`.
  public static String array(Collection<?> values) {
    StringBuilder literal = new StringBuilder("{");
    for (Object value : values) {
      String text = value.toString().replace("\\", "\\\\").replace("\"", "\\\"");
      literal.append(literal.length() > 1 ? "," : "").append('"').append(text).append('"');
    }
    return literal.append('}').toString();
  }

  /// A column of the type `text[]`.
  public static List<String> texts(DbRow row, String column) {
    try {
      return List.of((String[]) required(row, column, Array.class).getArray());
    } catch (SQLException e) {
      throw StoreFaults.of(e);
    }
  }

  /// A time as a parameter.
  public static OffsetDateTime param(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  /// A time that may be absent as a parameter, in a form that casts: `cast(? as timestamptz)`.
  public static @Nullable String paramOrNull(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  private static <T> T required(DbRow row, String name, Class<T> type) {
    DbColumn column = row.column(name);
    T value = column.get(type);
    if (value == null) {
      throw new IllegalStateException("column " + name + " is null");
    }
    return value;
  }
}
