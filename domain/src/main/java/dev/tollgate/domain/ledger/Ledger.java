package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.HoldId;

/// Holds before a dispatch. What ends a hold with a cost is the record of its call
/// ([dev.tollgate.domain.inference.CallJournal]). Thread-safe; blocks, and expects a virtual
/// thread.
public interface Ledger {
  /// Reserves on every account that the attempt touches, all or none, and waits until that is
  /// durable. While only open holds are in the way it waits in line for as long as it says.
  Admission reserve(Reservation reservation);

  /// Ends a hold of which it is certain that nothing was billed. Does not wait; a repeat changes
  /// nothing.
  void release(HoldId hold);
}
