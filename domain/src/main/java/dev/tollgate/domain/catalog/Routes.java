package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.PriceBook;

/// The catalogue as the request path needs it: held in memory, replaced whole within five seconds
/// of a change on any node. Thread-safe.
public interface Routes {
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when it was never loaded and the store
  ///   cannot answer
  Snapshot current(TenantId tenant);

  /// Makes a change of this node visible here at once.
  void refresh(TenantId tenant);

  /// Routes, prices and facts of one moment.
  record Snapshot(RouteTable routes, PriceBook prices, FactsBook facts) {}
}
