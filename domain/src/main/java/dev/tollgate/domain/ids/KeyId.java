package dev.tollgate.domain.ids;

import java.util.UUID;

/// A virtual key. Rotation keeps the id.
public record KeyId(UUID value) {
  private static final String PREFIX = "key";

  /// @throws IllegalArgumentException when the text is not a `key_` id
  public static KeyId parse(String text) {
    return new KeyId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
