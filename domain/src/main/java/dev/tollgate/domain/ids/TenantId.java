package dev.tollgate.domain.ids;

import java.util.UUID;

/// A tenant: an organisation and the isolation boundary.
public record TenantId(UUID value) {
  private static final String PREFIX = "ten";

  /// @throws IllegalArgumentException when the text is not a `ten_` id
  public static TenantId parse(String text) {
    return new TenantId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
