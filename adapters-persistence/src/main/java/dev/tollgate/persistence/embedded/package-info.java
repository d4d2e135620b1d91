/// A real PostgreSQL inside the data folder, for `dev` and tests.
@NullMarked
package dev.tollgate.persistence.embedded;

import org.jspecify.annotations.NullMarked;
