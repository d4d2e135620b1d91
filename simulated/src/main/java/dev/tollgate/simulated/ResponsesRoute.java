package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.simulated.Prompt.Mark;
import dev.tollgate.simulated.Prompt.Section;
import dev.tollgate.simulated.StoredAnswers.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// `/responses`.
final class ResponsesRoute implements Route {
  private final PromptCache cache;
  private final StoredAnswers stored;

  ResponsesRoute(PromptCache cache, StoredAnswers stored) {
    this.cache = cache;
    this.stored = stored;
  }

  @Override
  public Reply answer(Call call) {
    Fields body = call.body();
    boolean stream = body.flag("stream");
    boolean background = body.flag("background");
    Prompt prompt = ResponsesPrompt.read(call.model(), body, stored);
    String tier = Tiers.openAi(body);
    List<Choice> choices = Author.write(prompt);
    Tally tally = Tally.of(cache.automatic(prompt), choices);
    ResponseObject response = new ResponseObject(call, choices.getFirst(), tally, tier);
    ObjectNode finished = response.finished();
    if (!ResponsesPrompt.isStoreless(body)) {
      keep(finished, prompt, call, background && !stream);
    }
    if (stream) {
      return new Reply.Stream(new ResponseEvents(response).all(background));
    }
    return new Reply.Whole(background ? response.queued() : finished);
  }

  /// `/responses/input_tokens`.
  Reply countTokens(Call call) {
    long tokens = ResponsesPrompt.read(call.model(), call.body(), stored).tokens();
    return new Reply.Whole(
        Json.object().put("object", "response.input_tokens").put("input_tokens", tokens));
  }

  private void keep(ObjectNode finished, Prompt prompt, Call call, boolean background) {
    List<Section> said = prompt.sections();
    List<Section> conversation =
        new ArrayList<>(said.subList(ResponsesPrompt.ownSections(call.body()), said.size()));
    for (JsonNode item : finished.path("output")) {
      if (!item.path("type").asText().equals("reasoning")) {
        long tokens = Tokens.count(Texts.in(item)) + Prompt.MESSAGE_OVERHEAD;
        conversation.add(new Section(tokens, Fingerprint.of(item.toString()), Mark.NONE));
      }
    }
    Set<String> open = Set.of();
    for (JsonNode item : finished.path("output")) {
      open = item.has("call_id") ? Set.of(item.path("call_id").asText()) : open;
    }
    stored.keep(
        finished.path("id").asText(),
        new Stored(finished, input(call), conversation, open, background));
  }

  /// The items of the input, each with an id.
  private static ArrayNode input(Call call) {
    ArrayNode items = Json.array();
    JsonNode input = call.body().need("input");
    if (input.isTextual()) {
      ObjectNode item = items.addObject().put("type", "message").put("role", "user");
      item.putArray("content").addObject().put("type", "input_text").put("text", input.textValue());
    } else {
      input.forEach(each -> items.add(each.deepCopy()));
    }
    for (int i = 0; i < items.size(); i++) {
      ObjectNode item = (ObjectNode) items.get(i);
      if (!item.hasNonNull("id")) {
        item.put("id", "msg_" + call.id() + i);
      }
    }
    return items;
  }
}
