package dev.tollgate.domain.pricing;

import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.ProviderId;

/// Whose price it is: that of one provider, or of every provider of a kind.
public sealed interface Seller {
  /// The text under which it is kept: an id (`prv_...`), or a kind (`openai`).
  String wire();

  record OfProvider(ProviderId provider) implements Seller {
    @Override
    public String wire() {
      return provider.toString();
    }
  }

  record OfKind(ProviderKind kind) implements Seller {
    @Override
    public String wire() {
      return kind.wire();
    }
  }

  /// @throws IllegalArgumentException when the text is neither an id nor a kind
  static Seller parse(String wire) {
    return wire.startsWith("prv_")
        ? new OfProvider(ProviderId.parse(wire))
        : new OfKind(ProviderKind.parse(wire));
  }
}
