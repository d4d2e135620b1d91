package dev.tollgate.domain.ids;

import java.util.UUID;

/// Dated facts of one model.
public record ModelFactsId(UUID value) {
  private static final String PREFIX = "mft";

  /// @throws IllegalArgumentException when the text is not a `mft_` id
  public static ModelFactsId parse(String text) {
    return new ModelFactsId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
