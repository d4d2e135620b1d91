package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Vendors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Providers without ways of their own: they serve everything, and take the cap as `max_tokens`.
final class TestingVendors implements Vendors, Vendors.Traits {
  @Override
  public Traits of(ProviderKind kind) {
    return this;
  }

  @Override
  public boolean serves(Endpoint endpoint) {
    return true;
  }

  @Override
  public List<String> capNames(Endpoint endpoint, Provider provider, ModelFacts facts) {
    return endpoint.operation().hasOutput() ? List.of("max_tokens") : List.of();
  }

  @Override
  public @Nullable String usualTier(Endpoint endpoint) {
    return null;
  }

  @Override
  public boolean asksForUsage(Endpoint endpoint) {
    return false;
  }

  @Override
  public boolean cachesUnasked() {
    return true;
  }

  @Override
  public boolean choosesRegion(Endpoint endpoint) {
    return false;
  }
}
