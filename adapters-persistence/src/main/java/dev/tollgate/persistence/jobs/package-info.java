/// Operations that run on their own, in PostgreSQL.
@NullMarked
package dev.tollgate.persistence.jobs;

import org.jspecify.annotations.NullMarked;
