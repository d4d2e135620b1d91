package dev.tollgate.domain.ids;

import java.util.UUID;

/// One caller's request on `/v1`; also its `x-request-id`.
public record CallId(UUID value) {
  private static final String PREFIX = "call";

  /// @throws IllegalArgumentException when the text is not a `call_` id
  public static CallId parse(String text) {
    return new CallId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
