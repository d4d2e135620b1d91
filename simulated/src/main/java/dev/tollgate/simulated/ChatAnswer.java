package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.simulated.Choice.Content;
import dev.tollgate.simulated.Choice.Finish;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A chat completion, whole or as the chunks of a stream.
final class ChatAnswer {
  private final Route.Call call;
  private final List<Choice> choices;
  private final Tally tally;
  private final Manner manner;

  /// How it is served.
  ///
  /// @param tier the service tier
  record Manner(String tier, Logprobs logprobs) {}

  ChatAnswer(Route.Call call, List<Choice> choices, Tally tally, Manner manner) {
    this.call = call;
    this.choices = List.copyOf(choices);
    this.tally = tally;
    this.manner = manner;
  }

  ObjectNode whole() {
    ObjectNode json = head("chat.completion");
    ArrayNode list = json.putArray("choices");
    for (int i = 0; i < choices.size(); i++) {
      ObjectNode choice = list.addObject().put("index", i);
      choice.set("message", message(i));
      choice.set("logprobs", manner.logprobs().of(tokens(i)));
      choice.put("finish_reason", reason(choices.get(i).finish()));
    }
    json.set("usage", OpenAiUsage.chat(tally));
    return json;
  }

  /// The tokens of a choice's text.
  private List<String> tokens(int index) {
    return choices.get(index).content() instanceof Content.Text(String text)
        ? Tokens.split(text)
        : List.of();
  }

  private ObjectNode message(int index) {
    ObjectNode message = Json.object().put("role", "assistant");
    switch (choices.get(index).content()) {
      case Content.Text(String text) -> message.put("content", text).putNull("refusal");
      case Content.Call(String name, String arguments) -> {
        message.putNull("content").putNull("refusal");
        ObjectNode made = message.putArray("tool_calls").addObject().put("id", callId(index));
        made.put("type", "function");
        made.putObject("function").put("name", name).put("arguments", arguments);
      }
    }
    message.putArray("annotations");
    return message;
  }

  /// The chunks of all choices, taking turns, then the usage if it was asked for.
  List<byte[]> events(boolean usageAsked) {
    List<List<ObjectNode>> deltas = new ArrayList<>();
    for (int i = 0; i < choices.size(); i++) {
      deltas.add(deltas(i));
    }
    int longest = deltas.stream().mapToInt(List::size).max().orElse(0);
    List<byte[]> events = new ArrayList<>();
    for (int turn = 0; turn <= longest; turn++) {
      for (int i = 0; i < choices.size(); i++) {
        if (turn < deltas.get(i).size()) {
          ObjectNode chunk = chunk(i, deltas.get(i).get(turn), null);
          // The first delta has the role, each later one a token.
          if (turn > 0 && turn <= tokens(i).size()) {
            ObjectNode choice = (ObjectNode) chunk.path("choices").path(0);
            choice.set("logprobs", manner.logprobs().of(tokens(i), turn - 1));
          }
          events.add(sent(chunk, usageAsked));
        } else if (turn == deltas.get(i).size()) {
          String reason = reason(choices.get(i).finish());
          events.add(sent(chunk(i, Json.object(), reason), usageAsked));
        }
      }
    }
    if (usageAsked) {
      ObjectNode last = head("chat.completion.chunk");
      last.putArray("choices");
      last.set("usage", OpenAiUsage.chat(tally));
      events.add(Sse.data(last));
    }
    events.add(Sse.done());
    return events;
  }

  private List<ObjectNode> deltas(int index) {
    List<ObjectNode> deltas = new ArrayList<>();
    ObjectNode first = Json.object().put("role", "assistant");
    switch (choices.get(index).content()) {
      case Content.Text(String text) -> {
        deltas.add(first.put("content", "").putNull("refusal"));
        for (String token : Tokens.split(text)) {
          deltas.add(Json.object().put("content", token));
        }
      }
      case Content.Call(String name, String arguments) -> {
        deltas.add(first.putNull("content").putNull("refusal"));
        ObjectNode opening = Json.object();
        ObjectNode made = opening.putArray("tool_calls").addObject().put("index", 0);
        made.put("id", callId(index)).put("type", "function");
        made.putObject("function").put("name", name).put("arguments", "");
        deltas.add(opening);
        for (String token : Tokens.split(arguments)) {
          ObjectNode more = Json.object();
          ObjectNode part = more.putArray("tool_calls").addObject().put("index", 0);
          part.putObject("function").put("arguments", token);
          deltas.add(more);
        }
      }
    }
    return deltas;
  }

  private ObjectNode chunk(int index, ObjectNode delta, @Nullable String reason) {
    ObjectNode json = head("chat.completion.chunk");
    ObjectNode choice = json.putArray("choices").addObject().put("index", index);
    choice.set("delta", delta);
    choice.putNull("logprobs").put("finish_reason", reason);
    return json;
  }

  private static byte[] sent(ObjectNode chunk, boolean usageAsked) {
    return Sse.data(usageAsked ? chunk.putNull("usage") : chunk);
  }

  private ObjectNode head(String object) {
    return Json.object()
        .put("id", "chatcmpl-" + call.id())
        .put("object", object)
        .put("created", call.createdSeconds())
        .put("model", call.model().id())
        .put("service_tier", manner.tier())
        .put("system_fingerprint", "fp_simulated");
  }

  private String callId(int index) {
    return "call_" + call.id() + index;
  }

  static String reason(Finish finish) {
    return switch (finish) {
      case Finish.Done(), Finish.Stopped(_) -> "stop";
      case Finish.Length() -> "length";
      case Finish.Called() -> "tool_calls";
    };
  }
}
