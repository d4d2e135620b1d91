/// Use cases around prices.
@NullMarked
package dev.tollgate.application.pricing;

import org.jspecify.annotations.NullMarked;
