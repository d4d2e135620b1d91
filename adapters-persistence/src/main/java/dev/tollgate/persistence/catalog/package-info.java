/// Providers, models and prices in PostgreSQL, and the snapshot that the request path reads.
@NullMarked
package dev.tollgate.persistence.catalog;

import org.jspecify.annotations.NullMarked;
