package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.rules.BrokenRule;
import org.jspecify.annotations.Nullable;

/// One model at one provider.
///
/// @param model the name the provider knows it by
/// @param canonicalModel the name its price is listed under, or null when that is `model`
/// @param priority lower is tried first
/// @param weight share of calls among deployments of one priority, 0 to 1,000
/// @param timeouts instead of the provider's, or null
/// @param drained whether it gets no new calls; those that it has end
public record Deployment(
    ProviderId provider,
    String model,
    @Nullable String canonicalModel,
    int priority,
    int weight,
    @Nullable Timeouts timeouts,
    boolean drained) {
  /// One that takes calls.
  public Deployment(
      ProviderId provider,
      String model,
      @Nullable String canonicalModel,
      int priority,
      int weight,
      @Nullable Timeouts timeouts) {
    this(provider, model, canonicalModel, priority, weight, timeouts, false);
  }

  public Deployment {
    if (model.isBlank() || model.length() > 256) {
      throw BrokenRule.of("model", "must have 1 to 256 characters");
    }
    if (weight < 0 || weight > 1_000) {
      throw BrokenRule.of("weight", "must be between 0 and 1000");
    }
  }

  public String pricedAs() {
    return canonicalModel == null ? model : canonicalModel;
  }
}
