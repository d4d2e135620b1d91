package dev.tollgate.domain.ids;

import java.util.UUID;

/// A business unit: a node of the tree inside a tenant.
public record BusinessUnitId(UUID value) {
  private static final String PREFIX = "bu";

  /// @throws IllegalArgumentException when the text is not a `bu_` id
  public static BusinessUnitId parse(String text) {
    return new BusinessUnitId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
