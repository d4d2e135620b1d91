package dev.tollgate.domain.catalog;

import dev.tollgate.domain.inference.Endpoint;
import java.util.Locale;

/// Kinds of upstream account.
public enum ProviderKind {
  OPENAI,
  ANTHROPIC,
  SIMULATED;

  /// Whether accounts of this kind serve a call in its own dialect.
  public boolean serves(Endpoint endpoint) {
    return switch (this) {
      case OPENAI -> endpoint.dialect() == Endpoint.Dialect.OPENAI;
      case ANTHROPIC -> endpoint.dialect() == Endpoint.Dialect.ANTHROPIC;
      case SIMULATED -> true;
    };
  }

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
