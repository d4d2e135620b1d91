/// Budgets and what is held and posted against them: windows, bounds, admission, the waiting line,
/// and the ports to the ledger. Every rule here runs without database or clock.
@NullMarked
package dev.tollgate.domain.ledger;

import org.jspecify.annotations.NullMarked;
