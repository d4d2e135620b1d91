package dev.tollgate.application.catalog;

import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderStates;
import org.jspecify.annotations.Nullable;

/// A provider and how this node's last calls to it went.
///
/// @param trouble null when nothing is known to be wrong
public record ProviderView(Provider provider, ProviderStates.@Nullable Trouble trouble) {
  static ProviderView of(Provider provider, ProviderStates states) {
    return new ProviderView(provider, states.troubleOf(provider));
  }
}
