package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whatever waits on a node, written as one transaction. One (session, number) means one content
/// for ever: a batch whose acknowledgement was lost is sent again unchanged.
///
/// @param calls finished calls and attempts; those with a hold settle it
/// @param voids holds that end without a cost
/// @param expiries holds whose node fell silent, to be posted at their bound
/// @param books the budgets by which this node decided, by tenant
public record Batch(
    long session,
    long number,
    List<Reservation> reservations,
    List<CallRecord> calls,
    List<HoldId> voids,
    List<HoldId> expiries,
    Map<TenantId, BudgetBook> books) {
  public Batch {
    reservations = List.copyOf(reservations);
    calls = List.copyOf(calls);
    voids = List.copyOf(voids);
    expiries = List.copyOf(expiries);
    books = Map.copyOf(books);
  }

  /// What became of a batch.
  public sealed interface Result {
    /// The budgets of these tenants have changed; nothing was written.
    record Stale(Set<TenantId> tenants) implements Result {}

    /// It is durable.
    ///
    /// @param outcomes one for each reservation, in order; null asks to reserve anew, when a lost
    ///   answer cannot be told again
    /// @param balances every account it touched, as it is now
    record Applied(List<@Nullable Admission> outcomes, List<Balance> balances, Instant at)
        implements Result {}
  }
}
