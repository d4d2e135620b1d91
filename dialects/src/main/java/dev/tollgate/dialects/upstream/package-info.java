/// What requests of a dialect are sent to and answers are read from. Those who carry bytes are
/// elsewhere.
@NullMarked
package dev.tollgate.dialects.upstream;

import org.jspecify.annotations.NullMarked;
