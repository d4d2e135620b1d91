package dev.tollgate.domain.catalog;

import dev.tollgate.domain.inference.Endpoint;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// Kinds of upstream account and the calls each can serve in its own dialect.
public enum ProviderKind {
  OPENAI(
      EnumSet.of(
          Endpoint.CHAT_COMPLETIONS,
          Endpoint.COMPLETIONS,
          Endpoint.EMBEDDINGS,
          Endpoint.RESPONSES)),
  ANTHROPIC(EnumSet.of(Endpoint.MESSAGES, Endpoint.COUNT_TOKENS)),
  SIMULATED(EnumSet.allOf(Endpoint.class));

  private final Set<Endpoint> endpoints;

  ProviderKind(Set<Endpoint> endpoints) {
    this.endpoints = Set.copyOf(endpoints);
  }

  public boolean serves(Endpoint endpoint) {
    return endpoints.contains(endpoint);
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
