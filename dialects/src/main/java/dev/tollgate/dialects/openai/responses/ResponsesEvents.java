package dev.tollgate.dialects.openai.responses;

import dev.tollgate.dialects.answer.AnswerReader;
import dev.tollgate.dialects.sse.EventRules;
import dev.tollgate.dialects.sse.TextKeys;
import java.util.Set;

/// Events of a response, up to the one that says how it ended.
final class ResponsesEvents implements EventRules {
  private static final TextKeys KEYS = TextKeys.of("delta");
  private static final Set<String> LAST =
      Set.of("response.completed", "response.incomplete", "response.cancelled", "response.failed");

  @Override
  public TextKeys textKeys() {
    return KEYS;
  }

  @Override
  public boolean usageStandsAlone() {
    return false;
  }

  @Override
  public boolean isLastUsage(AnswerReader event, boolean finishing) {
    return isEnd(event);
  }

  @Override
  public boolean isEnd(AnswerReader event) {
    String type = event.type();
    return type != null && LAST.contains(type);
  }

  @Override
  public boolean reportsOutputEarly() {
    return false;
  }
}
