/// Rules that hold for what people send, whatever it belongs to.
@NullMarked
package dev.tollgate.domain.rules;

import org.jspecify.annotations.NullMarked;
