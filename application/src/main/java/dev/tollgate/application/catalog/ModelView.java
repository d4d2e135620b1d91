package dev.tollgate.application.catalog;

import dev.tollgate.domain.catalog.Model;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.ids.ProviderId;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A model with the names of the providers of its deployments.
public record ModelView(Model model, Map<ProviderId, String> providers) {
  public ModelView {
    providers = Map.copyOf(providers);
  }

  static Map<ProviderId, String> names(List<Provider> providers) {
    return providers.stream().collect(Collectors.toMap(Provider::id, Provider::name));
  }
}
