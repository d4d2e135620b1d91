/// The one writer of a node: holds, settles and call rows that wait go to the ledger as one batch.
@NullMarked
package dev.tollgate.application.ledger;

import org.jspecify.annotations.NullMarked;
