package dev.tollgate.domain.stores;

import dev.tollgate.domain.ids.TenantId;
import java.util.function.Function;

/// Units of work that several stores take part in. While one is open on a thread, every method of a
/// store of management is a part of it; otherwise each method is a transaction of its own.
/// Thread-safe.
public interface Work {
  /// Runs a unit of work: what the stores do in it becomes visible together when it returns, or not
  /// at all. Units do not nest. Nothing in it may wait for the network.
  ///
  /// @throws StoreUnavailable when the store cannot answer; nothing was kept, or it is not known
  <T> T inTenant(TenantId tenant, Function<Unit, T> work);

  /// Runs something once the open unit of work is kept, and never if it is not; at once when none
  /// is open. For caches, which must not read what is not there yet.
  void afterwards(Runnable action);

  /// The unit of work that is open.
  interface Unit {
    /// Nothing of it will be kept.
    void undo();
  }
}
