/// The management side wired by hand, a class for each feature: stores, use cases and the methods
/// of the contract that call them.
@NullMarked
package dev.tollgate.bootstrap.wiring;

import org.jspecify.annotations.NullMarked;
