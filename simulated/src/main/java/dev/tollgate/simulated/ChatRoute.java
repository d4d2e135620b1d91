package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/// `/chat/completions`.
final class ChatRoute implements Route {
  private final PromptCache cache;
  private final StoredAnswers stored;

  ChatRoute(PromptCache cache, StoredAnswers stored) {
    this.cache = cache;
    this.stored = stored;
  }

  @Override
  public Reply answer(Call call) {
    boolean stream = call.body().flag("stream");
    boolean usageAsked = includesUsage(call.body(), stream);
    Prompt prompt = ChatPrompt.read(call.model(), call.body());
    List<Choice> choices = Author.write(prompt);
    ChatAnswer answer =
        new ChatAnswer(
            call,
            choices,
            Tally.of(cache.automatic(prompt), choices),
            new ChatAnswer.Manner(Tiers.openAi(call.body()), Logprobs.read(call.body())));
    if (call.body().flag("store")) {
      ObjectNode whole = answer.whole();
      stored.keep(
          whole.path("id").asText(),
          new StoredAnswers.Stored(whole, Json.array(), List.of(), Set.of(), false));
    }
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
