package dev.tollgate.persistence.ledger;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Rows one after the other, in an array for each type: few arrays are bound, however many columns
/// a row has.
final class FlatRows {
  private final StringBuilder uuids = new StringBuilder("{");
  private final List<@Nullable String> texts = new ArrayList<>();
  private long[] numbers = new long[64];
  private int count;

  FlatRows uuid(@Nullable UUID uuid) {
    if (uuids.length() > 1) {
      uuids.append(',');
    }
    uuids.append(uuid == null ? "NULL" : uuid.toString());
    return this;
  }

  FlatRows text(@Nullable String text) {
    texts.add(text);
    return this;
  }

  FlatRows number(long number) {
    room(1);
    numbers[count++] = number;
    return this;
  }

  FlatRows numbers(long[] more) {
    room(more.length);
    System.arraycopy(more, 0, numbers, count, more.length);
    count += more.length;
    return this;
  }

  private void room(int more) {
    if (count + more > numbers.length) {
      numbers = Arrays.copyOf(numbers, Math.max(count + more, numbers.length * 2));
    }
  }

  /// As PostgreSQL writes an array.
  String uuids() {
    return uuids.toString() + '}';
  }

  long[] numbers() {
    return Arrays.copyOf(numbers, count);
  }

  @Nullable String[] texts() {
    return texts.toArray(new String[0]);
  }
}
