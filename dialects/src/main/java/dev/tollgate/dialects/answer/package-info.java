/// Reads what providers answer: usage, text and errors of a whole answer or of one event.
/// [dev.tollgate.dialects.answer.AnswerRules] says what differs by dialect. Never rewrites what it
/// reads.
@NullMarked
package dev.tollgate.dialects.answer;

import org.jspecify.annotations.NullMarked;
