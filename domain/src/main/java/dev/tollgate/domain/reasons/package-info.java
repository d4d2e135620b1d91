/// The one catalogue of reasons for refusals, on whatever surface. What status, type and words a
/// protocol has for each is said once for each protocol, by a switch that does not compile without
/// it.
@NullMarked
package dev.tollgate.domain.reasons;

import org.jspecify.annotations.NullMarked;
