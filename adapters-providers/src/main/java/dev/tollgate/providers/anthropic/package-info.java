/// Anthropic.
@NullMarked
package dev.tollgate.providers.anthropic;

import org.jspecify.annotations.NullMarked;
