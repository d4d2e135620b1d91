/// Captured content, written in batches behind the calls.
@NullMarked
package dev.tollgate.persistence.inference;

import org.jspecify.annotations.NullMarked;
