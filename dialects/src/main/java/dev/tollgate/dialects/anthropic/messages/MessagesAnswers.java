package dev.tollgate.dialects.anthropic.messages;

import dev.tollgate.dialects.answer.AnswerRules;
import dev.tollgate.dialects.answer.Counters;
import dev.tollgate.dialects.answer.FailureTable;
import dev.tollgate.domain.pricing.Usage;
import java.util.Set;

/// What Anthropic answers. Its searches are among its counters.
final class MessagesAnswers implements AnswerRules {
  private static final FailureTable FAILURES = new FailureTable(Set.of());

  @Override
  public Usage usage(Counters counters, Searches searches) {
    return AnthropicUsage.of(counters);
  }

  @Override
  public FailureTable failures() {
    return FAILURES;
  }
}
