/// The audit log: who did what, and what it was before and after.
@NullMarked
package dev.tollgate.domain.audit;

import org.jspecify.annotations.NullMarked;
