package dev.tollgate.domain.ids;

import java.util.UUID;

/// One message to one receiver.
public record NotificationId(UUID value) {
  private static final String PREFIX = "ntf";

  /// @throws IllegalArgumentException when the text is not a `ntf_` id
  public static NotificationId parse(String text) {
    return new NotificationId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
