package dev.tollgate.dialects.answer;

import dev.tollgate.domain.pricing.Usage;

/// What is particular to the answers of one dialect.
public interface AnswerRules {
  /// The usage that counters mean.
  Usage usage(Counters counters, Searches searches);

  /// What its errors mean.
  FailureTable failures();

  /// Searches of the provider's own that an answer lists.
  record Searches(long web, long file) {}
}
