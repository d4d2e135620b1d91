/// Reads requests: one parse that finds the few members that matter and where they are, and writes
/// edits into the bytes. [dev.tollgate.dialects.request.RequestRules] says what differs by dialect.
@NullMarked
package dev.tollgate.dialects.request;

import org.jspecify.annotations.NullMarked;
