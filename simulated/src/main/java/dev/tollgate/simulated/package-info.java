/// A provider in the process, for `dev`, documentation and tests: deterministic, priced, and
/// speaking all three dialects. It makes the very bytes a provider would send, so that what reads
/// them is the same code.
@NullMarked
package dev.tollgate.simulated;

import org.jspecify.annotations.NullMarked;
