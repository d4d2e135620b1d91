/// Anthropic's messages and their token counts.
@NullMarked
package dev.tollgate.dialects.anthropic.messages;

import org.jspecify.annotations.NullMarked;
