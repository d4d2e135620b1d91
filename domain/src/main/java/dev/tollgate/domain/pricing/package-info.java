/// Usage by component, dated prices with conditions, and the one place where cost is computed.
@NullMarked
package dev.tollgate.domain.pricing;

import org.jspecify.annotations.NullMarked;
