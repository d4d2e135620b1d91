/// OpenAI's responses.
@NullMarked
package dev.tollgate.dialects.openai.responses;

import org.jspecify.annotations.NullMarked;
