package dev.tollgate.domain.ids;

import java.util.UUID;

/// A configured upstream account.
public record ProviderId(UUID value) {
  private static final String PREFIX = "prv";

  /// @throws IllegalArgumentException when the text is not a `prv_` id
  public static ProviderId parse(String text) {
    return new ProviderId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
