/// The listeners and their routes.
@NullMarked
package dev.tollgate.http.server;

import org.jspecify.annotations.NullMarked;
