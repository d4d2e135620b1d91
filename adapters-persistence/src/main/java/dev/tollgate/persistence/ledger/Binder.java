package dev.tollgate.persistence.ledger;

import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/// Binds the parameters of a statement one after the other.
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

  Binder flag(boolean flag) throws SQLException {
    statement.setBoolean(next++, flag);
    return this;
  }

  Binder timeOrNull(@Nullable Instant time) throws SQLException {
    OffsetDateTime value = time == null ? null : time.atOffset(ZoneOffset.UTC);
    statement.setObject(next++, value, Types.TIMESTAMP_WITH_TIMEZONE);
    return this;
  }

  /// Rows of a composite type as one array.
  Binder rows(CompositeRows rows) throws SQLException {
    statement.setObject(next++, new Rows(rows.arrayType(), rows.array()));
    return this;
  }

  Binder uuids(Collection<UUID> ids) throws SQLException {
    StringBuilder text = new StringBuilder("{");
    for (UUID id : ids) {
      text.append(text.length() > 1 ? "," : "").append(id);
    }
    PGobject array = new PGobject();
    array.setType("_uuid");
    array.setValue(text.append('}').toString());
    statement.setObject(next++, array);
    return this;
  }

  Binder numbers(long[] numbers) throws SQLException {
    statement.setObject(next++, numbers);
    return this;
  }

  /// Rows in binary. They have no text: on a connection that does not send their type in binary the
  /// driver would ask for it.
  private static final class Rows extends PGobject implements PGBinaryObject {
    private static final long serialVersionUID = 1;

    private final transient ByteBuffer bytes;

    Rows(String type, ByteBuffer bytes) {
      setType(type);
      this.bytes = bytes;
    }

    @Override
    public int lengthInBytes() {
      return bytes.remaining();
    }

    @Override
    public void toBytes(byte[] target, int offset) {
      bytes.duplicate().get(target, offset, bytes.remaining());
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
      throw new IllegalStateException(getType() + " is sent and never read");
    }

    @Override
    public String getValue() {
      throw new IllegalStateException(getType() + " is not sent in binary");
    }
  }
}
