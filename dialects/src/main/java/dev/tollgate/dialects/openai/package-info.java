/// What OpenAI's dialects share: counters, errors, lists of models.
@NullMarked
package dev.tollgate.dialects.openai;

import org.jspecify.annotations.NullMarked;
