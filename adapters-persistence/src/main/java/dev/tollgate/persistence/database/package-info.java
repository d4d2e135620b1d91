/// PostgreSQL: pools by role, migrations, one tenant's transaction, and the poll that empties
/// caches.
@NullMarked
package dev.tollgate.persistence.database;

import org.jspecify.annotations.NullMarked;
