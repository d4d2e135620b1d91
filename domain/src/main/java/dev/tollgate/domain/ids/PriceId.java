package dev.tollgate.domain.ids;

import java.util.UUID;

/// One dated price.
public record PriceId(UUID value) {
  private static final String PREFIX = "prc";

  /// @throws IllegalArgumentException when the text is not a `prc_` id
  public static PriceId parse(String text) {
    return new PriceId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
