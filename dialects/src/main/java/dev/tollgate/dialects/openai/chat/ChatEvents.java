package dev.tollgate.dialects.openai.chat;

import dev.tollgate.dialects.answer.AnswerReader;
import dev.tollgate.dialects.sse.EventRules;
import dev.tollgate.dialects.sse.TextKeys;

/// Chunks of chat completions and of completions, up to `[DONE]`.
record ChatEvents(TextKeys textKeys) implements EventRules {
  static final ChatEvents CHAT =
      new ChatEvents(
          TextKeys.of(
              "content",
              "text",
              "name",
              "arguments",
              "input",
              "refusal",
              "reasoning",
              "reasoning_content",
              "transcript"));
  static final ChatEvents COMPLETIONS = new ChatEvents(TextKeys.of("text"));

  @Override
  public boolean usageStandsAlone() {
    return true;
  }

  /// Servers that report usage with every chunk are not done until every choice is finished.
  @Override
  public boolean isLastUsage(AnswerReader event, boolean finishing) {
    return finishing || event.choicesEmpty() && event.reported().hasOutput();
  }

  @Override
  public boolean isEnd(AnswerReader event) {
    return false;
  }

  @Override
  public boolean reportsOutputEarly() {
    return false;
  }
}
