package dev.tollgate.domain.inference;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Port to what the kinds of providers do each in its own way, as far as a call must know it before
/// it goes out. Asks nobody. Thread-safe.
public interface Vendors {
  Traits of(ProviderKind kind);

  /// One kind of provider.
  interface Traits {
    /// Whether its accounts serve a call in the dialect that it speaks.
    boolean serves(Endpoint endpoint);

    /// The names under which a model may take its output cap: the likely one first, then the one
    /// that is tried when that is refused. Empty when the operation has no output.
    ///
    /// @param facts say the name for chat completions where they know it
    List<String> capNames(Endpoint endpoint, Provider provider, ModelFacts facts);

    /// What the body must name as service tier to be served by the usual one, or null when it
    /// cannot name any.
    @Nullable String usualTier(Endpoint endpoint);

    /// Whether a stream reports its usage only when it is asked to.
    boolean asksForUsage(Endpoint endpoint);

    /// Whether it writes prompts into a cache that do not ask for it.
    boolean cachesUnasked();

    /// Whether a request that names no region may be served, and billed, in any.
    boolean choosesRegion(Endpoint endpoint);
  }
}
