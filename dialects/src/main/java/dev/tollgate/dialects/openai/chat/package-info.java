/// OpenAI's chat completions, completions and embeddings, which most other servers speak too.
@NullMarked
package dev.tollgate.dialects.openai.chat;

import org.jspecify.annotations.NullMarked;
