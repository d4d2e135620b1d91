package dev.tollgate.persistence.ledger;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGobject;

/// Binds the parameters of a statement one after the other. Numbers and texts go in binary form.
final class Binder {
  private final PreparedStatement statement;
  private int next = 1;

  Binder(PreparedStatement statement) {
    this.statement = statement;
  }

  Binder number(long number) throws SQLException {
    statement.setLong(next++, number);
    return this;
  }

  Binder numberOrNull(@Nullable Long number) throws SQLException {
    if (number == null) {
      statement.setNull(next++, Types.BIGINT);
      return this;
    }
    return number(number);
  }

  Binder flag(boolean flag) throws SQLException {
    statement.setBoolean(next++, flag);
    return this;
  }

  /// An array for each type.
  Binder rows(FlatRows rows) throws SQLException {
    return uuids(rows).numbers(rows).texts(rows);
  }

  Binder uuids(FlatRows rows) throws SQLException {
    PGobject array = new PGobject();
    array.setType("_uuid");
    array.setValue(rows.uuids());
    statement.setObject(next++, array);
    return this;
  }

  Binder numbers(FlatRows rows) throws SQLException {
    return numbers(rows.numbers());
  }

  Binder numbers(long[] numbers) throws SQLException {
    statement.setObject(next++, numbers);
    return this;
  }

  Binder ints(int[] numbers) throws SQLException {
    statement.setObject(next++, numbers);
    return this;
  }

  Binder texts(FlatRows rows) throws SQLException {
    statement.setObject(next++, rows.texts());
    return this;
  }
}
