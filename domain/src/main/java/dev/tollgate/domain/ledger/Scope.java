package dev.tollgate.domain.ledger;

import java.util.Locale;

/// What a budget limits. The order is the one in which accounts are locked: the narrowest first, so
/// that the row everybody needs is locked for the shortest time.
public enum Scope {
  KEY,
  MEMBER,
  PROJECT,
  BUSINESS_UNIT,
  TENANT;

  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether the budget is the caller's own: its key, its owner or its project. The amounts of what
  /// lies above are shown only where the tenant wants it.
  public boolean isOwn() {
    return this == KEY || this == MEMBER || this == PROJECT;
  }

  /// @throws IllegalArgumentException when there is no such scope
  public static Scope parse(String wire) {
    for (Scope scope : values()) {
      if (scope.wire().equals(wire)) {
        return scope;
      }
    }
    throw new IllegalArgumentException(
        "scope must be tenant, business_unit, project, member or key");
  }
}
