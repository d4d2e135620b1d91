/// What a dialect consists of: requests, answers, events, errors, and lists of models.
@NullMarked
package dev.tollgate.dialects.format;

import org.jspecify.annotations.NullMarked;
