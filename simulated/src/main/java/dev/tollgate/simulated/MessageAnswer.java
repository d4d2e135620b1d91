package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.simulated.Choice.Content;
import dev.tollgate.simulated.Choice.Finish;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message of `/messages`, whole or as the events of a stream.
final class MessageAnswer {
  private final Route.Call call;
  private final Choice choice;
  private final Tally tally;
  private final String tier;
  private final String speed;
  private final @Nullable Thought thought;

  MessageAnswer(Route.Call call, Choice choice, Tally tally) {
    this.call = call;
    this.choice = choice;
    this.tally = tally;
    this.tier = Tiers.anthropic(call.body());
    this.speed = Tiers.speed(call.body());
    this.thought = thought(call, choice);
  }

  private static @Nullable Thought thought(Route.Call call, Choice choice) {
    if (choice.reasoning() == 0) {
      return null;
    }
    boolean shown = Thinking.read(call.model(), call.body()).isShown();
    return Thought.of(call.model(), Texts.in(call.body().need("messages")), shown);
  }

  ObjectNode whole() {
    ObjectNode message = head();
    ArrayNode content = message.putArray("content");
    if (thought != null) {
      content.add(thinkingBlock(thought.words(), thought.signature()));
    }
    switch (choice.content()) {
      case Content.Text(String text) -> {
        if (!text.isEmpty()) {
          content.add(textBlock(text));
        }
      }
      case Content.Call(String name, _) ->
          content.add(toolBlock(name, Json.parseOrEmpty(arguments())));
    }
    message.setAll(ending());
    message.set("usage", usage());
    return message;
  }

  List<byte[]> events() {
    List<byte[]> events = new ArrayList<>();
    events.add(event("message_start", start()));
    events.add(event("ping", Json.object()));
    int index = 0;
    if (thought != null) {
      addBlock(events, index++, thinkingBlock("", ""), thinkingDeltas(thought));
    }
    switch (choice.content()) {
      case Content.Text(String text) -> {
        if (!text.isEmpty()) {
          addBlock(events, index, textBlock(""), textDeltas(text));
        }
      }
      case Content.Call(String name, _) ->
          addBlock(events, index, toolBlock(name, Json.object()), toolDeltas());
    }
    ObjectNode end = Json.object();
    end.set("delta", ending());
    end.set("usage", usage());
    events.add(event("message_delta", end));
    events.add(event("message_stop", Json.object()));
    return events;
  }

  private ObjectNode start() {
    ObjectNode message = head();
    message.putArray("content");
    message.putNull("stop_reason").putNull("stop_sequence").putNull("stop_details");
    ObjectNode usage = inputUsage().put("output_tokens", Math.min(1, tally.output()));
    message.set("usage", usage.put("service_tier", tier).put("speed", speed));
    ObjectNode fields = Json.object();
    fields.set("message", message);
    return fields;
  }

  private static List<ObjectNode> thinkingDeltas(Thought thought) {
    List<ObjectNode> deltas = new ArrayList<>();
    for (String token : Tokens.split(thought.words())) {
      deltas.add(Json.object().put("type", "thinking_delta").put("thinking", token));
    }
    deltas.add(Json.object().put("type", "signature_delta").put("signature", thought.signature()));
    return deltas;
  }

  private static ObjectNode thinkingBlock(String words, String signature) {
    return Json.object().put("type", "thinking").put("thinking", words).put("signature", signature);
  }

  private static void addBlock(
      List<byte[]> events, int index, ObjectNode block, List<ObjectNode> deltas) {
    ObjectNode opened = Json.object().put("index", index);
    opened.set("content_block", block);
    events.add(event("content_block_start", opened));
    for (ObjectNode delta : deltas) {
      ObjectNode fields = Json.object().put("index", index);
      fields.set("delta", delta);
      events.add(event("content_block_delta", fields));
    }
    events.add(event("content_block_stop", Json.object().put("index", index)));
  }

  private static List<ObjectNode> textDeltas(String text) {
    return Tokens.split(text).stream()
        .map(token -> Json.object().put("type", "text_delta").put("text", token))
        .toList();
  }

  private List<ObjectNode> toolDeltas() {
    List<ObjectNode> deltas = new ArrayList<>();
    deltas.add(jsonDelta(""));
    Tokens.split(arguments()).forEach(token -> deltas.add(jsonDelta(token)));
    return deltas;
  }

  private static ObjectNode jsonDelta(String token) {
    return Json.object().put("type", "input_json_delta").put("partial_json", token);
  }

  /// The arguments of the call; none when they were torn, as there is no way to show half of them.
  private String arguments() {
    boolean whole = choice.finish() instanceof Finish.Called;
    return choice.content() instanceof Content.Call(_, String arguments) && whole ? arguments : "";
  }

  private static ObjectNode textBlock(String text) {
    return Json.object().put("type", "text").put("text", text);
  }

  private ObjectNode toolBlock(String name, ObjectNode input) {
    ObjectNode block = Json.object().put("type", "tool_use").put("id", "toolu_" + call.id());
    block.put("name", name).set("input", input);
    return block;
  }

  private ObjectNode head() {
    return Json.object()
        .put("id", "msg_" + call.id())
        .put("type", "message")
        .put("role", "assistant")
        .put("model", call.model().id());
  }

  private ObjectNode ending() {
    String sequence = choice.finish() instanceof Finish.Stopped(String found) ? found : null;
    return ending(sequence).putNull("stop_details");
  }

  private ObjectNode ending(@Nullable String sequence) {
    String reason =
        switch (choice.finish()) {
          case Finish.Done() -> "end_turn";
          case Finish.Stopped(_) -> "stop_sequence";
          case Finish.Length() -> "max_tokens";
          case Finish.Called() -> "tool_use";
        };
    return Json.object().put("stop_reason", reason).put("stop_sequence", sequence);
  }

  private ObjectNode usage() {
    ObjectNode usage = inputUsage().put("output_tokens", tally.output());
    usage.putObject("output_tokens_details").put("thinking_tokens", tally.reasoning());
    return usage.put("service_tier", tier).put("speed", speed);
  }

  /// Input tokens exclude those that were read from the cache or written to it.
  private ObjectNode inputUsage() {
    Tally.Input input = tally.input();
    ObjectNode usage =
        Json.object()
            .put("input_tokens", input.fresh())
            .put("cache_creation_input_tokens", input.written() + input.writtenHour())
            .put("cache_read_input_tokens", input.cached());
    usage
        .putObject("cache_creation")
        .put("ephemeral_5m_input_tokens", input.written())
        .put("ephemeral_1h_input_tokens", input.writtenHour());
    return usage;
  }

  private static byte[] event(String type, ObjectNode fields) {
    return Sse.named(type, Json.object().put("type", type).setAll(fields));
  }
}
