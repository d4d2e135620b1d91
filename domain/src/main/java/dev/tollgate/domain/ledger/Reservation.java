package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.money.Money;
import java.time.Duration;
import java.util.List;

/// What one attempt asks the ledger to hold before it is dispatched.
///
/// @param model the public name that was asked for
/// @param want the bound of the attempt as it was asked for
/// @param floor the least bound that will do: with the output cap lowered as far as it may be
/// @param budgets those it counts against as far as this node knows; they decide who waits behind
///   whom, the store decides what is held
/// @param line how long it waits in line while only open holds are in its way; zero does not wait
/// @param lifetime after which a hold of a node that fell silent is posted at its bound
public record Reservation(
    HoldId id,
    CallId call,
    int attempt,
    VirtualKey key,
    String model,
    String provider,
    String upstreamModel,
    PriceId price,
    Money want,
    Money floor,
    List<BudgetId> budgets,
    Duration line,
    Duration lifetime) {
  public Reservation {
    budgets = List.copyOf(budgets);
    if (floor.nanos() < 0 || floor.compareTo(want) > 0) {
      throw new IllegalArgumentException("the floor must be between zero and what is wanted");
    }
  }
}
