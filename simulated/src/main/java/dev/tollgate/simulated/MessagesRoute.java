package dev.tollgate.simulated;

/// `/messages`.
final class MessagesRoute implements Route {
  private final PromptCache cache;

  MessagesRoute(PromptCache cache) {
    this.cache = cache;
  }

  @Override
  public Reply answer(Call call) {
    boolean stream = call.body().flag("stream");
    Prompt prompt = MessagesPrompt.read(call.model(), call.body());
    Choice choice = Author.write(prompt).getFirst();
    Tally tally = new Tally(cache.marked(prompt), choice.tokens(), choice.reasoning());
    MessageAnswer answer = new MessageAnswer(call, choice, tally);
    return stream ? new Reply.Stream(answer.events()) : new Reply.Whole(answer.whole());
  }

  /// `/messages/count_tokens`.
  static Reply countTokens(Call call) {
    long tokens = MessagesPrompt.countTokens(call.body());
    return new Reply.Whole(Json.object().put("input_tokens", tokens));
  }
}
