/// The group-commit writer: calls and roll-ups in one transaction a batch, content behind it.
@NullMarked
package dev.tollgate.persistence.inference;

import org.jspecify.annotations.NullMarked;
