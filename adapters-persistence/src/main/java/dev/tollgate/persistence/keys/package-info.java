/// Virtual keys in PostgreSQL, and the cache that the request path reads.
@NullMarked
package dev.tollgate.persistence.keys;

import org.jspecify.annotations.NullMarked;
