package dev.tollgate.simulated;

import java.util.List;

/// `/responses`.
final class ResponsesRoute implements Route {
  private final PromptCache cache;

  ResponsesRoute(PromptCache cache) {
    this.cache = cache;
  }

  @Override
  public Reply answer(Call call) {
    boolean stream = call.body().flag("stream");
    Prompt prompt = ResponsesPrompt.read(call.model(), call.body());
    List<Choice> choices = Author.write(prompt);
    Tally tally = Tally.of(cache.automatic(prompt), choices);
    ResponseObject response = new ResponseObject(call, choices.getFirst(), tally);
    return stream
        ? new Reply.Stream(new ResponseEvents(response).all())
        : new Reply.Whole(response.finished());
  }
}
