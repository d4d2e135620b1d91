/// The ledger in PostgreSQL: batches of the one writer of a node, budgets, the reaper and the
/// verifier.
@NullMarked
package dev.tollgate.persistence.ledger;

import org.jspecify.annotations.NullMarked;
