package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.simulated.Prompt.Heard;
import dev.tollgate.simulated.Prompt.Output;
import dev.tollgate.simulated.Prompt.Section;
import dev.tollgate.simulated.Prompt.Speaker;
import dev.tollgate.simulated.Prompt.Terms;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/completions`, the legacy endpoint: no messages, no tools, no cache and no reasoning.
final class CompletionsRoute implements Route {
  private static final int USUAL_MAX_TOKENS = 16;
  private static final int MOST_CHOICES = 128;
  private static final int MOST_IN_ALL = 2_048;

  @Override
  public Reply answer(Call call) {
    Fields body = call.body();
    boolean stream = body.flag("stream");
    boolean usageAsked = ChatRoute.includesUsage(body, stream);
    body.checkNumber("temperature");
    body.checkNumber("top_p");
    body.refuse("suffix", "logprobs", "logit_bias");
    int wanted = body.integer("n", 1, MOST_CHOICES, 1);
    int written = body.integer("best_of", 1, MOST_CHOICES, wanted);
    if (written < wanted || stream && written > wanted) {
      throw body.wrongValue("best_of", "it must be at least 'n', and 'n' in a stream");
    }
    boolean echo = body.flag("echo");
    Terms terms =
        new Terms(
            body.integer("max_tokens", 1, Integer.MAX_VALUE, USUAL_MAX_TOKENS),
            written,
            ChatPrompt.stops(body),
            false,
            new Output.Words());
    List<Choice> choices = new ArrayList<>();
    List<Choice> billed = new ArrayList<>();
    long tokens = 0;
    List<TokenizedText> inputs = TokenizedText.read(body, "prompt");
    if (inputs.size() * terms.choices() > MOST_IN_ALL) {
      throw body.wrongValue("n", "at most " + MOST_IN_ALL + " choices are possible");
    }
    for (TokenizedText input : inputs) {
      List<Section> sections = List.of(new Section(input.tokens(), 0, Prompt.Mark.NONE));
      Heard heard = new Heard(Speaker.USER, input.text());
      List<Choice> all = Author.write(new Prompt(call.model(), heard, sections, terms));
      billed.addAll(all);
      all.stream()
          .limit(wanted)
          .map(choice -> echo ? choice.behind(input.text()) : choice)
          .forEach(choices::add);
      tokens += input.tokens();
    }
    Tally tally = Tally.of(Tally.Input.fresh(tokens), billed);
    return stream
        ? new Reply.Stream(events(call, choices, usageAsked ? tally : null))
        : new Reply.Whole(whole(call, choices, tally));
  }

  private static ObjectNode whole(Call call, List<Choice> choices, Tally tally) {
    ObjectNode json = head(call);
    json.putArray("choices");
    for (int i = 0; i < choices.size(); i++) {
      add(json, i, text(choices.get(i)), ChatAnswer.reason(choices.get(i).finish()));
    }
    json.set("usage", OpenAiUsage.plain(tally));
    return json;
  }

  /// @param tally null when the usage was not asked for
  private static List<byte[]> events(Call call, List<Choice> choices, @Nullable Tally tally) {
    List<List<String>> tokens = choices.stream().map(c -> Tokens.split(text(c))).toList();
    int longest = tokens.stream().mapToInt(List::size).max().orElse(0);
    List<byte[]> events = new ArrayList<>();
    for (int turn = 0; turn <= longest; turn++) {
      for (int i = 0; i < choices.size(); i++) {
        if (turn <= tokens.get(i).size()) {
          boolean ends = turn == tokens.get(i).size();
          ObjectNode chunk = head(call);
          chunk.putArray("choices");
          String reason = ends ? ChatAnswer.reason(choices.get(i).finish()) : null;
          add(chunk, i, ends ? "" : tokens.get(i).get(turn), reason);
          events.add(Sse.data(tally == null ? chunk : chunk.putNull("usage")));
        }
      }
    }
    if (tally != null) {
      ObjectNode last = head(call);
      last.putArray("choices");
      last.set("usage", OpenAiUsage.plain(tally));
      events.add(Sse.data(last));
    }
    events.add(Sse.done());
    return events;
  }

  private static void add(ObjectNode json, int index, String text, @Nullable String reason) {
    json.withArray("choices")
        .addObject()
        .put("text", text)
        .put("index", index)
        .putNull("logprobs")
        .put("finish_reason", reason);
  }

  private static String text(Choice choice) {
    return choice.content() instanceof Choice.Content.Text(String text) ? text : "";
  }

  private static ObjectNode head(Call call) {
    return Json.object()
        .put("id", "cmpl-" + call.id())
        .put("object", "text_completion")
        .put("created", call.createdSeconds())
        .put("model", call.model().id());
  }
}
