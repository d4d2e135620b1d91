package dev.tollgate.domain.ids;

import java.util.UUID;

/// An event of the audit log.
public record AuditEventId(UUID value) {
  private static final String PREFIX = "aud";

  /// @throws IllegalArgumentException when the text is not a `aud_` id
  public static AuditEventId parse(String text) {
    return new AuditEventId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
