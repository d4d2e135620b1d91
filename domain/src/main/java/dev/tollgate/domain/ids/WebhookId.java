package dev.tollgate.domain.ids;

import java.util.UUID;

/// A webhook: a URL of a tenant that is told of things.
public record WebhookId(UUID value) {
  private static final String PREFIX = "whk";

  /// @throws IllegalArgumentException when the text is not a `whk_` id
  public static WebhookId parse(String text) {
    return new WebhookId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
