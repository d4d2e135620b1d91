/// Streams of server-sent events: where events begin and end, what is in those that matter, and the
/// cost in the last. [dev.tollgate.dialects.sse.EventRules] says what differs by dialect.
@NullMarked
package dev.tollgate.dialects.sse;

import org.jspecify.annotations.NullMarked;
