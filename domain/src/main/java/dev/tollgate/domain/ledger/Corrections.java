package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Settled calls, and setting what they cost by further entries. Each method throws
/// [dev.tollgate.domain.tenancy.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Corrections {
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

  /// Sets what calls cost. Targets are absolute: one that is met already changes nothing.
  void adjust(TenantId tenant, List<Target> targets, String reason);

  /// What a call cost so far, all its entries added up.
  ///
  /// @param at when its hold was reserved
  /// @param serviceTier the tier that served it, or null
  record Settled(
      HoldId hold,
      CallId call,
      ProjectId project,
      Instant at,
      Usage usage,
      Money amount,
      @Nullable String serviceTier) {}

  /// What a call should have cost, and by which price.
  record Target(HoldId hold, Money amount, PriceId price) {}
}
