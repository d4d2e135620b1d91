/// What Helidon's HTTP/1.1 connection lacks for an edge: deadlines for a request's bytes, and a
/// watch for callers who hang up while nothing is read from them.
@NullMarked
package dev.tollgate.http.connection;

import org.jspecify.annotations.NullMarked;
