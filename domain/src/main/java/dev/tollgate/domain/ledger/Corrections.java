package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Settled calls, and setting what they cost by further entries. Each method throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Corrections {
  /// What a call should have cost, and by which price; null keeps the price it has.
  record Target(HoldId hold, Money amount, @Nullable PriceId price) {}

  /// Which estimates.
  ///
  /// @param provider its name, or null for all
  /// @param upstreamModel the provider's name for the model, or null for all
  /// @param withComplete whether those of complete answers without usage are meant, too: a provider
  ///   that answered bills them
  record EstimateFilter(
      Instant from,
      Instant to,
      @Nullable String provider,
      @Nullable String upstreamModel,
      boolean withComplete) {}

  /// Money that was posted although nobody knows what the call cost.
  ///
  /// @param reason why it was estimated
  record Estimate(
      HoldId hold,
      CallId call,
      KeyId key,
      ProjectId project,
      BusinessUnitId businessUnit,
      String provider,
      String upstreamModel,
      Instant at,
      Money amount,
      @Nullable String reason) {}

  /// A page of what was estimated and neither corrected nor given back since, newest first.
  ///
  /// @param before the last hold of the page before, or null for the first page
  List<Estimate> estimates(
      TenantId tenant, EstimateFilter filter, @Nullable HoldId before, int most);

  /// Sets what calls cost. Targets are absolute: one that is met already changes nothing.
  void adjust(TenantId tenant, List<Target> targets, String reason);

  /// A page of what was settled for a provider's model in `[from, to)`, in the order of holds.
  ///
  /// @param after the last hold of the page before, or null for the first page
  List<Settled> settled(
      TenantId tenant,
      String provider,
      String upstreamModel,
      Instant from,
      Instant to,
      @Nullable HoldId after,
      int most);

  /// What a call cost so far, all its entries added up.
  ///
  /// @param at when its hold was reserved
  /// @param serviceTier the tier that it was priced by, or null
  /// @param region the region that it was priced by, or null for the provider's own
  record Settled(
      HoldId hold,
      CallId call,
      ProjectId project,
      Instant at,
      Usage usage,
      Money amount,
      @Nullable String serviceTier,
      @Nullable String region) {}
}
