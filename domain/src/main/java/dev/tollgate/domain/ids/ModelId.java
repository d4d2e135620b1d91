package dev.tollgate.domain.ids;

import java.util.UUID;

/// A model: the public name that callers use.
public record ModelId(UUID value) {
  private static final String PREFIX = "mdl";

  /// @throws IllegalArgumentException when the text is not a `mdl_` id
  public static ModelId parse(String text) {
    return new ModelId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
