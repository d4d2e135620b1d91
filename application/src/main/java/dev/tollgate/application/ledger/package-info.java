/// The one writer of a node: holds, settles and call rows that wait go to the ledger as one batch.
/// And the use cases around budgets, the books and what a tenant decides about them.
@NullMarked
package dev.tollgate.application.ledger;

import org.jspecify.annotations.NullMarked;
