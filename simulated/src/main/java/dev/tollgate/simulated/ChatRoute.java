package dev.tollgate.simulated;

import java.util.List;

/// `/chat/completions`.
final class ChatRoute implements Route {
  private final PromptCache cache;

  ChatRoute(PromptCache cache) {
    this.cache = cache;
  }

  @Override
  public Reply answer(Call call) {
    boolean stream = call.body().flag("stream");
    boolean usageAsked = includesUsage(call.body(), stream);
    Prompt prompt = ChatPrompt.read(call.model(), call.body());
    List<Choice> choices = Author.write(prompt);
    ChatAnswer answer = new ChatAnswer(call, choices, Tally.of(cache.automatic(prompt), choices));
    return stream ? new Reply.Stream(answer.events(usageAsked)) : new Reply.Whole(answer.whole());
  }

  /// Whether a stream must end with its usage.
  static boolean includesUsage(Fields body, boolean stream) {
    Fields options = body.object("stream_options");
    if (options != null && !stream) {
      throw body.wrongValue("stream_options", "it is only allowed when 'stream' is true");
    }
    return options != null && options.flag("include_usage");
  }
}
