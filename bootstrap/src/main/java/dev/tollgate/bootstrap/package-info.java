/// The program: configuration, wiring by hand, start and stop. The only place that knows every
/// module.
@NullMarked
package dev.tollgate.bootstrap;

import org.jspecify.annotations.NullMarked;
