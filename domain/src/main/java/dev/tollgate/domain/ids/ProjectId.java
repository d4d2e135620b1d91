package dev.tollgate.domain.ids;

import java.util.UUID;

/// A project: owns keys and belongs to one business unit.
public record ProjectId(UUID value) {
  private static final String PREFIX = "prj";

  /// @throws IllegalArgumentException when the text is not a `prj_` id
  public static ProjectId parse(String text) {
    return new ProjectId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
