package dev.tollgate.domain.catalog;

import java.util.Locale;

/// Kinds of upstream account.
public enum ProviderKind {
  OPENAI,
  ANTHROPIC,
  SIMULATED;

  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws IllegalArgumentException when there is no such kind
  public static ProviderKind parse(String wire) {
    for (ProviderKind kind : values()) {
      if (kind.wire().equals(wire)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("kind must be openai, anthropic or simulated");
  }
}
