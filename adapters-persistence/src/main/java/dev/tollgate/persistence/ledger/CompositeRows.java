package dev.tollgate.persistence.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Rows of one composite type in PostgreSQL's binary form. Attributes are set by name, in any
/// order; those that are not set are null.
///
/// The form is what `array_recv` and `record_recv` of PostgreSQL read: for an array its dimensions,
/// flags, type of elements, length and lower bound; for a row the number of its attributes and the
/// type of each; before each value its length, -1 for null.
final class CompositeRows {
  private static final int NULL = -1;
  private static final int ARRAY_HEADER = 5 * Integer.BYTES;
  private static final int ARRAY_LENGTH = 3 * Integer.BYTES;
  private static final int UUID_BYTES = 2 * Long.BYTES;

  /// What an attribute takes at the most, unless it is a text or an array: its type, its length, an
  /// id.
  private static final int ATTRIBUTE = 2 * Integer.BYTES + UUID_BYTES;

  /// From which PostgreSQL counts.
  private static final LocalDate FIRST_DAY = LocalDate.of(2000, 1, 1);

  private static final Instant FIRST_INSTANT = Instant.parse("2000-01-01T00:00:00Z");

  private final Layout layout;
  private final @Nullable Object[] row;
  private ByteBuffer out = ByteBuffer.allocate(2_048);
  private int count;

  CompositeRows(Layout layout) {
    this.layout = layout;
    this.row = new Object[layout.width()];
    arrayHeader(layout.oid(), 0);
  }

  CompositeRows set(String attribute, @Nullable String text) {
    return put(attribute, text);
  }

  CompositeRows set(String attribute, @Nullable UUID id) {
    return put(attribute, id);
  }

  CompositeRows set(String attribute, long number) {
    return put(attribute, number);
  }

  CompositeRows set(String attribute, boolean flag) {
    return put(attribute, flag);
  }

  CompositeRows set(String attribute, Instant time) {
    return put(attribute, time);
  }

  CompositeRows set(String attribute, LocalDate day) {
    return put(attribute, day);
  }

  CompositeRows set(String attribute, long[] numbers) {
    return put(attribute, numbers);
  }

  private CompositeRows put(String attribute, @Nullable Object value) {
    row[layout.place(attribute)] = value;
    return this;
  }

  /// Ends the row.
  ///
  /// @throws ArithmeticException when a number does not fit the type of its attribute
  /// @throws IllegalArgumentException when a text or a number is set for an attribute of another
  ///   kind
  void end() {
    need(2 * Integer.BYTES);
    int began = out.position();
    out.putInt(0).putInt(row.length);
    for (int i = 0; i < row.length; i++) {
      Layout.Type type = layout.typeOf(i);
      Object value = row[i];
      need(ATTRIBUTE);
      out.putInt(type.oid());
      if (value == null) {
        out.putInt(NULL);
      } else {
        write(type, value);
      }
    }
    out.putInt(began, out.position() - began - Integer.BYTES);
    count++;
    Arrays.fill(row, null);
  }

  private void write(Layout.Type type, Object value) {
    switch (value) {
      case Long number -> number(type, number);
      case String text -> text(type, text);
      case UUID id ->
          out.putInt(UUID_BYTES)
              .putLong(id.getMostSignificantBits())
              .putLong(id.getLeastSignificantBits());
      case Boolean flag -> out.putInt(1).put((byte) (flag ? 1 : 0));
      case Instant time -> number(type, ChronoUnit.MICROS.between(FIRST_INSTANT, time));
      case LocalDate day -> number(type, FIRST_DAY.until(day, ChronoUnit.DAYS));
      default -> numbers(type, (long[]) value);
    }
  }

  private void number(Layout.Type type, long number) {
    out.putInt(type.width());
    switch (type.width()) {
      case Long.BYTES -> out.putLong(number);
      case Integer.BYTES -> out.putInt(Math.toIntExact(number));
      case Short.BYTES -> {
        if (number != (short) number) {
          throw new ArithmeticException(number + " is no " + type.name());
        }
        out.putShort((short) number);
      }
      default -> throw new IllegalArgumentException("a number is no " + type.name());
    }
  }

  private void numbers(Layout.Type type, long[] numbers) {
    Layout.Type element = type.element();
    if (element == null) {
      throw new IllegalArgumentException("numbers are no " + type.name());
    }
    int length = ARRAY_HEADER + numbers.length * (Integer.BYTES + element.width());
    need(Integer.BYTES + length);
    out.putInt(length);
    arrayHeader(element.oid(), numbers.length);
    for (long number : numbers) {
      number(element, number);
    }
  }

  private void text(Layout.Type type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    need(Integer.BYTES + 1 + bytes.length);
    switch (type.name()) {
      case "text" -> out.putInt(bytes.length);
      case "jsonb" -> {
        byte version = 1;
        out.putInt(1 + bytes.length).put(version);
      }
      default -> throw new IllegalArgumentException("a text is no " + type.name());
    }
    out.put(bytes);
  }

  private void arrayHeader(int elements, int length) {
    int dimensions = 1;
    int flags = 0;
    int lowerBound = 1;
    out.putInt(dimensions).putInt(flags).putInt(elements).putInt(length).putInt(lowerBound);
  }

  private void need(int bytes) {
    if (out.remaining() < bytes) {
      int larger = Math.addExact(2 * out.capacity(), bytes);
      out = ByteBuffer.allocate(larger).put(out.flip());
    }
  }

  /// All rows as an array, ready to be read.
  ByteBuffer array() {
    return out.duplicate().putInt(ARRAY_LENGTH, count).flip();
  }

  String arrayType() {
    return layout.arrayType();
  }
}
