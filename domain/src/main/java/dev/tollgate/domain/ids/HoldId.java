package dev.tollgate.domain.ids;

import java.util.UUID;

/// A hold: a bound reserved for one attempt. Also names the entries that resolve it.
public record HoldId(UUID value) {
  private static final String PREFIX = "hld";

  /// @throws IllegalArgumentException when the text is not a `hld_` id
  public static HoldId parse(String text) {
    return new HoldId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
