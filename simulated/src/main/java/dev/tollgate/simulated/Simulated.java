package dev.tollgate.simulated;

import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.dialects.vendor.Vendor;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.inference.Endpoint;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The provider that bills nobody, as a kind of provider. All accounts lead to the same one.
public final class Simulated implements Vendor {
  private static final Set<String> PASSES = Set.of("openai-beta");

  private final Upstream upstream = new SimulatedUpstream();

  @Override
  public Upstream open(Provider provider) {
    return upstream;
  }

  @Override
  public Set<String> passes() {
    return PASSES;
  }

  @Override
  public boolean serves(Endpoint endpoint) {
    return true;
  }

  @Override
  public @Nullable String countPath(Endpoint endpoint, Provider provider) {
    return switch (endpoint) {
      case MESSAGES -> Endpoint.COUNT_TOKENS.path();
      case RESPONSES -> SimulatedUpstream.COUNT_RESPONSES;
      default -> null;
    };
  }
}
