/// One call from edge to provider and back: payload, provider port, reply, call record. What
/// crosses from the edge to a provider crosses as a [dev.tollgate.domain.inference.Payload]: raw
/// bytes, the spans of the few fields that were read, and named edits.
@NullMarked
package dev.tollgate.domain.inference;

import org.jspecify.annotations.NullMarked;
