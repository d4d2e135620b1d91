package dev.tollgate.domain.catalog;

import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.secrets.Secret;
import java.util.List;

/// Checks a provider's credential by asking which models it can see. Costs nothing at the provider.
/// Thread-safe; blocks.
public interface ProviderProbe {
  Result probe(Provider provider);

  /// The same with a credential that the provider does not have yet.
  Result probe(Provider provider, Secret credential);

  /// The outcome of a probe.
  sealed interface Result {
    /// The credential works.
    record Works(List<String> models) implements Result {
      public Works {
        models = List.copyOf(models);
      }
    }

    /// It does not, or the provider cannot be reached.
    record Fails(Failure failure) implements Result {}
  }
}
