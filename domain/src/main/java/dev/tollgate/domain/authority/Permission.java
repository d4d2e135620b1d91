package dev.tollgate.domain.authority;

import java.util.Locale;

/// Everything that can be allowed on the management side. The contract names one for each method;
/// the use case asks for it on the object itself.
public enum Permission {
  PROJECTS_READ,
  PROJECTS_WRITE,
  BUSINESS_UNITS_READ,
  BUSINESS_UNITS_WRITE,
  KEYS_READ,
  KEYS_WRITE,
  BUDGETS_READ,
  BUDGETS_WRITE,
  LEDGER_READ,
  LEDGER_WRITE,
  LEDGER_CORRECT,
  PROVIDERS_READ,
  PROVIDERS_WRITE,
  MODELS_READ,
  MODELS_WRITE,
  PRICES_READ,
  PRICES_WRITE,
  CALLS_READ,
  CALLS_CONTENT,
  USAGE_READ,
  NOTIFICATIONS_READ,
  NOTIFICATIONS_WRITE,
  AUDIT_READ,
  OPERATIONS_READ;

  private final String wire;

  Permission() {
    String name = name().toLowerCase(Locale.ROOT);
    int last = name.lastIndexOf('_');
    wire = name.substring(0, last) + "." + name.substring(last + 1);
  }

  /// `business_units.write`.
  public String wire() {
    return wire;
  }

  /// @throws IllegalArgumentException when there is no such permission
  public static Permission parse(String wire) {
    for (Permission permission : values()) {
      if (permission.wire.equals(wire)) {
        return permission;
      }
    }
    throw new IllegalArgumentException("there is no permission " + wire);
  }
}
