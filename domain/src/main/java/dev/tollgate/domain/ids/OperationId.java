package dev.tollgate.domain.ids;

import java.util.UUID;

/// An operation that runs on its own.
public record OperationId(UUID value) {
  private static final String PREFIX = "op";

  /// @throws IllegalArgumentException when the text is not a `op_` id
  public static OperationId parse(String text) {
    return new OperationId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
