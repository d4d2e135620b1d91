/// Use cases around virtual keys: authenticate, create, change, rotate, switch.
@NullMarked
package dev.tollgate.application.keys;

import org.jspecify.annotations.NullMarked;
