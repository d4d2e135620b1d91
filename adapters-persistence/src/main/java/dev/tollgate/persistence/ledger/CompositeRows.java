package dev.tollgate.persistence.ledger;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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

  /// From which PostgreSQL counts.
  private static final LocalDate FIRST_DAY = LocalDate.of(2000, 1, 1);

  private static final Instant FIRST_INSTANT = Instant.parse("2000-01-01T00:00:00Z");

  private final Layout layout;
  private final @Nullable Object[] row;
  private final ByteArrayOutputStream rows = new ByteArrayOutputStream(1_024);
  private final ByteArrayOutputStream current = new ByteArrayOutputStream(1_024);
  private int count;

  CompositeRows(Layout layout) {
    this.layout = layout;
    this.row = new Object[layout.width()];
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
  /// @throws IllegalArgumentException when a value is of another kind than its attribute
  void end() {
    current.reset();
    try (DataOutputStream out = new DataOutputStream(current);
        DataOutputStream all = new DataOutputStream(rows)) {
      out.writeInt(row.length);
      for (int i = 0; i < row.length; i++) {
        Layout.Type type = layout.typeOf(i);
        Object value = row[i];
        out.writeInt(type.oid());
        if (value == null) {
          out.writeInt(NULL);
        } else {
          write(out, type, value);
        }
      }
      all.writeInt(current.size());
      current.writeTo(all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    count++;
    Arrays.fill(row, null);
  }

  private static void write(DataOutputStream out, Layout.Type type, Object value)
      throws IOException {
    switch (value) {
      case Long number -> number(out, type, number);
      case Instant time -> number(out, type, ChronoUnit.MICROS.between(FIRST_INSTANT, time));
      case LocalDate day -> number(out, type, FIRST_DAY.until(day, ChronoUnit.DAYS));
      case long[] numbers -> numbers(out, type, numbers);
      case Boolean flag -> {
        out.writeInt(1);
        out.writeBoolean(flag);
      }
      case UUID id -> {
        out.writeInt(16);
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
      }
      default -> text(out, type, value.toString());
    }
  }

  private static void number(DataOutputStream out, Layout.Type type, long number)
      throws IOException {
    out.writeInt(type.width());
    switch (type.width()) {
      case 8 -> out.writeLong(number);
      case 4 -> out.writeInt(Math.toIntExact(number));
      case 2 -> {
        if (number != (short) number) {
          throw new ArithmeticException(number + " is no " + type.name());
        }
        out.writeShort((int) number);
      }
      default -> throw new IllegalArgumentException("a number is no " + type.name());
    }
  }

  private static void numbers(DataOutputStream out, Layout.Type type, long[] numbers)
      throws IOException {
    Layout.Type element = type.element();
    if (element == null) {
      throw new IllegalArgumentException("numbers are no " + type.name());
    }
    int header = 20;
    out.writeInt(header + numbers.length * (Integer.BYTES + element.width()));
    arrayHeader(out, element.oid(), numbers.length);
    for (long number : numbers) {
      number(out, element, number);
    }
  }

  private static void text(DataOutputStream out, Layout.Type type, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    switch (type.name()) {
      case "text" -> out.writeInt(bytes.length);
      case "jsonb" -> {
        out.writeInt(1 + bytes.length);
        int version = 1;
        out.writeByte(version);
      }
      default -> throw new IllegalArgumentException("a text is no " + type.name());
    }
    out.write(bytes);
  }

  private static void arrayHeader(DataOutputStream out, int elements, int length)
      throws IOException {
    int dimensions = 1;
    int flags = 0;
    int lowerBound = 1;
    out.writeInt(dimensions);
    out.writeInt(flags);
    out.writeInt(elements);
    out.writeInt(length);
    out.writeInt(lowerBound);
  }

  /// All rows as an array.
  byte[] array() {
    ByteArrayOutputStream array = new ByteArrayOutputStream(rows.size() + 20);
    try (DataOutputStream out = new DataOutputStream(array)) {
      arrayHeader(out, layout.oid(), count);
      rows.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return array.toByteArray();
  }

  String arrayType() {
    return layout.arrayType();
  }
}
