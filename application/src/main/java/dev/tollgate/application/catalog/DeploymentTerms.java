package dev.tollgate.application.catalog;

import dev.tollgate.domain.catalog.Deployment;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.rules.BrokenRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a deployment is to be.
///
/// @param provider the name or the id of a provider
/// @param canonicalModel the name its price is listed under, or null when that is `model`
/// @param timeouts instead of the provider's, or null
public record DeploymentTerms(
    String provider,
    String model,
    @Nullable String canonicalModel,
    int priority,
    int weight,
    @Nullable Timeouts timeouts,
    boolean drained) {
  /// @throws BrokenRule naming the deployment and the field
  static List<Deployment> deployments(
      List<DeploymentTerms> terms, Map<ProviderId, String> providers) {
    List<Deployment> deployments = new ArrayList<>();
    for (DeploymentTerms each : terms) {
      String path = "deployments[" + deployments.size() + "].";
      try {
        deployments.add(each.deployment(path, providers));
      } catch (BrokenRule e) {
        boolean named = e.field().startsWith(path);
        throw named ? e : new BrokenRule(path + e.field(), path + e.getMessage());
      }
    }
    return deployments;
  }

  private Deployment deployment(String path, Map<ProviderId, String> providers) {
    for (Map.Entry<ProviderId, String> each : providers.entrySet()) {
      if (each.getValue().equals(provider) || each.getKey().toString().equals(provider)) {
        return new Deployment(
            each.getKey(), model, canonicalModel, priority, weight, timeouts, drained);
      }
    }
    throw new BrokenRule(path + "provider", "There is no provider named '" + provider + "'");
  }
}
