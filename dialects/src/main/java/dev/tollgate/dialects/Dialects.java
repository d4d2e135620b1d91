package dev.tollgate.dialects;

import dev.tollgate.dialects.anthropic.messages.MessagesFormat;
import dev.tollgate.dialects.format.WireFormat;
import dev.tollgate.dialects.openai.chat.ChatFormat;
import dev.tollgate.dialects.openai.responses.ResponsesFormat;
import dev.tollgate.domain.inference.Dialect;

/// The dialects that Tollgate speaks.
public final class Dialects {
  private static final WireFormat CHAT = new ChatFormat();
  private static final WireFormat RESPONSES = new ResponsesFormat();
  private static final WireFormat MESSAGES = new MessagesFormat();

  private Dialects() {}

  public static WireFormat format(Dialect dialect) {
    return switch (dialect) {
      case CHAT -> CHAT;
      case RESPONSES -> RESPONSES;
      case MESSAGES -> MESSAGES;
    };
  }
}
