/// Money as whole nano-dollars. Nothing here, or anywhere near money, uses float or double.
@NullMarked
package dev.tollgate.domain.money;

import org.jspecify.annotations.NullMarked;
