package dev.tollgate.domain.authority;

import java.util.EnumSet;
import java.util.Set;

/// The rights of an actor in its tenant.
public record Grants(Set<Permission> permissions) {
  /// All there are.
  public static final Grants ALL = new Grants(EnumSet.allOf(Permission.class));

  public Grants {
    permissions = Set.copyOf(permissions);
  }
}
