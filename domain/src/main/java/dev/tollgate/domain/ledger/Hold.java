package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.money.Money;
import java.time.Instant;

/// A durable hold. It ends in exactly one way: settled, voided or expired.
///
/// @param amount what was granted, at most what was wanted
/// @param reservedAt the store's time, which decides the windows it counts in
public record Hold(HoldId id, Money amount, Instant reservedAt) {}
