package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.simulated.Choice.Content;
import dev.tollgate.simulated.Choice.Finish;
import dev.tollgate.simulated.Prompt.Output;
import dev.tollgate.simulated.Prompt.Terms;
import dev.tollgate.simulated.Prompt.Tool;
import java.util.ArrayList;
import java.util.List;

/// Writes the answers to a prompt. The same prompt always gets the same ones.
final class Author {
  private Author() {}

  static List<Choice> write(Prompt prompt) {
    List<Choice> choices = new ArrayList<>();
    for (int i = 0; i < prompt.terms().choices(); i++) {
      choices.add(
          switch (prompt.terms().output()) {
            case Output.Call(Tool tool) -> call(tool, prompt.terms());
            case Output.Document(JsonNode schema) ->
                text(Specimen.of(schema).toString(), prompt.terms());
            case Output.AnyObject() -> text(answerObject(prompt, i), prompt.terms());
            case Output.Words() -> text(words(prompt, i), prompt.terms());
          });
    }
    return choices;
  }

  private static String words(Prompt prompt, int variant) {
    return Prose.write(prompt.model(), prompt.heard(), variant);
  }

  private static String answerObject(Prompt prompt, int variant) {
    return Json.object().put("answer", words(prompt, variant)).toString();
  }

  private static Choice text(String whole, Terms terms) {
    String text = Tokens.first(whole, room(terms));
    Finish finish = text.length() < whole.length() ? new Finish.Length() : new Finish.Done();
    int end = text.length();
    for (String stop : terms.stops()) {
      int at = text.indexOf(stop);
      if (at >= 0 && at < end) {
        end = at;
        finish = new Finish.Stopped(stop);
      }
    }
    String said = text.substring(0, end);
    return choice(new Content.Text(said), finish, Tokens.count(said), terms);
  }

  private static Choice call(Tool tool, Terms terms) {
    JsonNode specimen = Specimen.of(tool.schema());
    String whole = specimen.isObject() ? specimen.toString() : "{}";
    int nameTokens = Tokens.count(tool.name());
    long room = room(terms);
    String arguments = Tokens.first(whole, room - nameTokens);
    Finish finish = arguments.length() < whole.length() ? new Finish.Length() : new Finish.Called();
    long tokens = Math.min(room, nameTokens + (long) Tokens.count(arguments));
    return choice(new Content.Call(tool.name(), arguments), finish, tokens, terms);
  }

  private static Choice choice(Content content, Finish finish, long tokens, Terms terms) {
    long reasoning = 0;
    if (terms.reasons()) {
      boolean full = finish instanceof Finish.Length;
      reasoning = full ? terms.maxTokens() - tokens : tokens / 3;
    }
    return new Choice(content, finish, tokens, reasoning);
  }

  /// Visible tokens that fit when a third as many are spent on reasoning.
  private static long room(Terms terms) {
    return terms.reasons() ? (3L * terms.maxTokens() + 2) / 4 : terms.maxTokens();
  }
}
