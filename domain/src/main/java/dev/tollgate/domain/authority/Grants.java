package dev.tollgate.domain.authority;

import dev.tollgate.domain.ids.TenantId;
import java.util.EnumSet;
import java.util.Set;

/// The rights of an actor in its tenant.
public record Grants(Set<Permission> permissions) {
  /// All there are.
  private static final Grants ALL = new Grants(EnumSet.allOf(Permission.class));

  /// What there is to do in the platform's tenant, which has a catalogue and nothing else.
  private static final Grants CATALOGUE =
      new Grants(
          EnumSet.of(
              Permission.PROVIDERS_READ,
              Permission.PROVIDERS_WRITE,
              Permission.MODELS_READ,
              Permission.MODELS_WRITE,
              Permission.PRICES_READ,
              Permission.PRICES_WRITE,
              Permission.AUDIT_READ,
              Permission.OPERATIONS_READ));

  /// All that can be done in a tenant.
  public static Grants allIn(TenantId tenant) {
    return tenant.isPlatform() ? CATALOGUE : ALL;
  }

  public Grants {
    permissions = Set.copyOf(permissions);
  }
}
