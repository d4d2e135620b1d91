package dev.tollgate.persistence.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Rows of one composite type, written as PostgreSQL writes an array of them. Attributes are set by
/// name, in any order; those that are not set are null.
final class CompositeRows {
  private final Layout layout;
  private final StringBuilder array = new StringBuilder("{");
  private final @Nullable String[] row;

  CompositeRows(Layout layout) {
    this.layout = layout;
    this.row = new String[layout.width()];
  }

  CompositeRows set(String attribute, @Nullable String text) {
    row[layout.place(attribute)] = text;
    return this;
  }

  CompositeRows set(String attribute, @Nullable UUID id) {
    return set(attribute, id == null ? null : id.toString());
  }

  CompositeRows set(String attribute, long number) {
    return set(attribute, Long.toString(number));
  }

  CompositeRows set(String attribute, boolean flag) {
    return set(attribute, flag ? "t" : "f");
  }

  CompositeRows set(String attribute, Instant time) {
    return set(attribute, time.toString());
  }

  CompositeRows set(String attribute, LocalDate day) {
    return set(attribute, day.toString());
  }

  CompositeRows set(String attribute, long[] numbers) {
    StringBuilder text = new StringBuilder(numbers.length * 2 + 2).append('{');
    for (int i = 0; i < numbers.length; i++) {
      text.append(i > 0 ? "," : "").append(numbers[i]);
    }
    return set(attribute, text.append('}').toString());
  }

  /// Ends the row.
  void end() {
    array.append(array.length() > 1 ? ",\"(" : "\"(");
    for (int i = 0; i < row.length; i++) {
      if (i > 0) {
        array.append(',');
      }
      String value = row[i];
      if (value != null) {
        append(value);
      }
    }
    array.append(")\"");
    Arrays.fill(row, null);
  }

  /// A value is quoted once for its row, and each quote and backslash of that once more for the
  /// array.
  private void append(String value) {
    if (isPlain(value)) {
      array.append(value);
      return;
    }
    array.append("\\\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> array.append("\\\"\\\"");
        case '\\' -> array.append("\\\\\\\\");
        default -> array.append(c);
      }
    }
    array.append("\\\"");
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean plain =
          c >= '0' && c <= '9'
              || c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || c == '-'
              || c == '_'
              || c == ':'
              || c == '.';
      if (!plain) {
        return false;
      }
    }
    return !value.isEmpty();
  }

  /// As PostgreSQL writes an array.
  String array() {
    return array.toString() + '}';
  }

  String arrayType() {
    return layout.arrayType();
  }
}
