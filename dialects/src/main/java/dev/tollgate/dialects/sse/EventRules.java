package dev.tollgate.dialects.sse;

import dev.tollgate.dialects.answer.AnswerReader;

/// What is particular to the streams of one operation in one dialect.
public interface EventRules {
  /// The members whose texts the model has put out.
  TextKeys textKeys();

  /// Whether usage comes in an event of its own, and only when it is asked for. Such a stream is
  /// complete once every answer has its finish reason, whether or not a last word follows.
  boolean usageStandsAlone();

  /// Whether the event that was just read has the usage of the whole answer, if it has any.
  ///
  /// @param finishing whether every answer has its finish reason
  boolean isLastUsage(AnswerReader event, boolean finishing);

  /// Whether nothing follows the event that was just read.
  boolean isEnd(AnswerReader event);

  /// Whether output tokens are reported before anything was put out, so that they prove nothing.
  boolean reportsOutputEarly();
}
