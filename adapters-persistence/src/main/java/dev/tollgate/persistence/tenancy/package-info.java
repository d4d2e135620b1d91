/// Projects, administrators' tokens and idempotency records in PostgreSQL.
@NullMarked
package dev.tollgate.persistence.tenancy;

import org.jspecify.annotations.NullMarked;
