package dev.tollgate.dialects.answer;

import org.jspecify.annotations.Nullable;

/// Where the members of a usage object end in a piece of JSON: the offset of its `}`.
///
/// @param empty whether the object has no members yet
/// @param cost where the provider's own `cost` stands, or null when it names none
public record UsageSite(int closingBrace, boolean empty, @Nullable Cost cost) {
  /// Bytes `from` (inclusive) to `to` (exclusive).
  public record Cost(int from, int to) {}

  /// The same place in bytes that begin so many earlier.
  public UsageSite movedBy(int offset) {
    return new UsageSite(
        closingBrace + offset,
        empty,
        cost == null ? null : new Cost(cost.from() + offset, cost.to() + offset));
  }
}
