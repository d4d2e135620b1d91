package dev.tollgate.dialects.openai;

import dev.tollgate.dialects.answer.AnswerRules;
import dev.tollgate.dialects.answer.Counters;
import dev.tollgate.dialects.answer.FailureTable;
import dev.tollgate.domain.pricing.Usage;
import java.util.Set;

/// What OpenAI answers.
public final class OpenAiAnswers implements AnswerRules {
  private static final FailureTable FAILURES =
      new FailureTable(
          Set.of("content_policy_violation", "content_filter", "bio_policy", "invalid_prompt"));

  @Override
  public Usage usage(Counters counters, Searches searches) {
    return OpenAiUsage.of(counters, searches);
  }

  @Override
  public FailureTable failures() {
    return FAILURES;
  }
}
