/// The audit log in PostgreSQL.
@NullMarked
package dev.tollgate.persistence.audit;

import org.jspecify.annotations.NullMarked;
