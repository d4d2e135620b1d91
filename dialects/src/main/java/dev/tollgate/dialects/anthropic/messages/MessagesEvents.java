package dev.tollgate.dialects.anthropic.messages;

import dev.tollgate.dialects.answer.AnswerReader;
import dev.tollgate.dialects.sse.EventRules;
import dev.tollgate.dialects.sse.TextKeys;

/// Events of a message, up to `message_stop`. Its beginning reports a token or so of output.
final class MessagesEvents implements EventRules {
  private static final TextKeys KEYS =
      TextKeys.of("text", "name", "partial_json", "thinking", "signature", "data");

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
    return "message_delta".equals(event.type());
  }

  @Override
  public boolean isEnd(AnswerReader event) {
    return "message_stop".equals(event.type());
  }

  @Override
  public boolean reportsOutputEarly() {
    return true;
  }
}
