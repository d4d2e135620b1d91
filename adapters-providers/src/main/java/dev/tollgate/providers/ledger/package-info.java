/// Tokenizers, for bounds and estimates.
@NullMarked
package dev.tollgate.providers.ledger;

import org.jspecify.annotations.NullMarked;
