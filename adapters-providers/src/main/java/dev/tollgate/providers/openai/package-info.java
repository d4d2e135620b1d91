/// OpenAI, and servers that speak its dialects.
@NullMarked
package dev.tollgate.providers.openai;

import org.jspecify.annotations.NullMarked;
