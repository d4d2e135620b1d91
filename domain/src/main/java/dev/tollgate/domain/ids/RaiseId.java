package dev.tollgate.domain.ids;

import java.util.UUID;

/// An addition to a budget.
public record RaiseId(UUID value) {
  private static final String PREFIX = "rse";

  /// @throws IllegalArgumentException when the text is not a `rse_` id
  public static RaiseId parse(String text) {
    return new RaiseId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
