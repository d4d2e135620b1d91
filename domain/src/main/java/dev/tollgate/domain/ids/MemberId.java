package dev.tollgate.domain.ids;

import java.util.UUID;

/// A member: a person or a service account.
public record MemberId(UUID value) {
  private static final String PREFIX = "mbr";

  /// @throws IllegalArgumentException when the text is not a `mbr_` id
  public static MemberId parse(String text) {
    return new MemberId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
