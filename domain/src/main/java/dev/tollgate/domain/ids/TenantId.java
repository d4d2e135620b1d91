package dev.tollgate.domain.ids;

import java.util.List;
import java.util.UUID;

/// A tenant: an organisation and the isolation boundary.
public record TenantId(UUID value) {
  private static final String PREFIX = "ten";

  /// The tenant that the platform's catalogue belongs to. It has no projects, keys or budgets.
  public static final TenantId PLATFORM = new TenantId(new UUID(0x8000, 1L << 63));

  /// @throws IllegalArgumentException when the text is not a `ten_` id
  public static TenantId parse(String text) {
    return new TenantId(TypeId.parse(PREFIX, text));
  }

  public boolean isPlatform() {
    return equals(PLATFORM);
  }

  /// The tenants whose catalogues it sees, the one that counts first: itself and the platform.
  public List<TenantId> catalogues() {
    return isPlatform() ? List.of(this) : List.of(this, PLATFORM);
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
