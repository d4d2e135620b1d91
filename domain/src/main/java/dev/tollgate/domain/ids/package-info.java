/// Identifiers: a UUIDv7 inside, a typed prefix and 26 base-32 characters outside. One record per
/// kind, so that a key id cannot be passed where a project id is meant.
@NullMarked
package dev.tollgate.domain.ids;

import org.jspecify.annotations.NullMarked;
