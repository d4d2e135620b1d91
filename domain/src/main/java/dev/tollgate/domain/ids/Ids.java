package dev.tollgate.domain.ids;

import java.util.UUID;

/// Source of new ids. Every id is a UUIDv7: its first 48 bits are the milliseconds of its making,
/// which is how partitioned tables find the day of a row. Thread-safe.
public interface Ids {
  UUID next();

  /// Milliseconds since the epoch at which a UUIDv7 was made.
  static long millis(UUID id) {
    return id.getMostSignificantBits() >>> 16;
  }

  /// Whole days since the epoch (UTC) at which a UUIDv7 was made.
  static long epochDay(UUID id) {
    return Math.floorDiv(millis(id), 86_400_000L);
  }
}
