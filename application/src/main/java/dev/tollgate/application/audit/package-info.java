/// Use cases around the audit log.
@NullMarked
package dev.tollgate.application.audit;

import org.jspecify.annotations.NullMarked;
