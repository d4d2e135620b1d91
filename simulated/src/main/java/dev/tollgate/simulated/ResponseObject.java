package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.tollgate.simulated.Choice.Content;
import dev.tollgate.simulated.Choice.Finish;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The response object of `/responses`, at its start and at its end. Its output is a message or a
/// call, behind a thought where the model thinks.
final class ResponseObject {
  private static final String IN_PROGRESS = "in_progress";

  private final Route.Call call;
  private final Choice choice;
  private final Tally tally;
  private final String tier;

  ResponseObject(Route.Call call, Choice choice, Tally tally, String tier) {
    this.call = call;
    this.choice = choice;
    this.tally = tally;
    this.tier = tier;
  }

  Content content() {
    return choice.content();
  }

  /// Whether the model thought before it answered.
  boolean thinks() {
    return choice.reasoning() > 0;
  }

  /// Either `completed` or `incomplete`.
  String status() {
    return choice.finish() instanceof Finish.Length ? "incomplete" : "completed";
  }

  ObjectNode queued() {
    return response("queued", null);
  }

  ObjectNode started() {
    return response(IN_PROGRESS, null);
  }

  ObjectNode finished() {
    return response(status(), OpenAiUsage.responses(tally));
  }

  String itemId() {
    return (choice.content() instanceof Content.Text ? "msg_" : "fc_") + call.id();
  }

  String thoughtId() {
    return "rs_" + call.id();
  }

  /// What is shown of the thought, or null when nobody asked for it.
  @Nullable String summary() {
    Fields reasoning = call.body().object("reasoning");
    return reasoning != null && reasoning.has("summary") ? thought().words() : null;
  }

  ObjectNode startedThought() {
    ObjectNode item = Json.object().put("id", thoughtId()).put("type", "reasoning");
    item.putArray("summary");
    return item;
  }

  ObjectNode finishedThought() {
    ObjectNode item = startedThought();
    String summary = summary();
    if (summary != null) {
      item.withArray("summary").add(summaryPart(summary));
    }
    if (call.body().texts("include").contains("reasoning.encrypted_content")) {
      item.put("encrypted_content", thought().signature());
    }
    return item;
  }

  private Thought thought() {
    return Thought.of(call.model(), Texts.in(call.body().need("input")), true);
  }

  static ObjectNode summaryPart(String text) {
    return Json.object().put("type", "summary_text").put("text", text);
  }

  ObjectNode startedItem() {
    return switch (choice.content()) {
      case Content.Text(_) -> messageItem(IN_PROGRESS, null);
      case Content.Call(String name, _) -> callItem(IN_PROGRESS, name, "");
    };
  }

  ObjectNode finishedItem() {
    return switch (choice.content()) {
      case Content.Text(String text) -> messageItem(status(), part(text));
      case Content.Call(String name, String arguments) -> callItem(status(), name, arguments);
    };
  }

  /// A text as a part of a message, with what is asked to be included.
  ObjectNode part(String text) {
    ObjectNode part = Json.object().put("type", "output_text").put("text", text);
    part.putArray("annotations");
    JsonNode likely = logprobs().of(Tokens.split(text)).path("content");
    part.set("logprobs", likely.isArray() ? likely : Json.array());
    return part;
  }

  /// How likely one token of the answer was.
  ArrayNode logprobs(List<String> tokens, int index) {
    JsonNode likely = logprobs().of(tokens, index).path("content");
    return likely instanceof ArrayNode array ? array : Json.array();
  }

  private Logprobs logprobs() {
    boolean wanted = call.body().texts("include").contains("message.output_text.logprobs");
    return wanted
        ? new Logprobs(true, call.body().integer("top_logprobs", 0, 20, 0))
        : Logprobs.NONE;
  }

  private ObjectNode messageItem(String status, @Nullable ObjectNode part) {
    ObjectNode item = Json.object().put("id", itemId()).put("type", "message");
    item.put("status", status).put("role", "assistant");
    ArrayNode content = item.putArray("content");
    if (part != null) {
      content.add(part);
    }
    return item;
  }

  private ObjectNode callItem(String status, String name, String arguments) {
    return Json.object()
        .put("id", itemId())
        .put("type", "function_call")
        .put("status", status)
        .put("call_id", "call_" + call.id())
        .put("name", name)
        .put("arguments", arguments);
  }

  private ObjectNode response(String status, @Nullable ObjectNode usage) {
    boolean ended = usage != null;
    ObjectNode json = Json.object().put("id", "resp_" + call.id()).put("object", "response");
    json.put("created_at", call.createdSeconds()).put("status", status);
    json.put("background", call.body().flag("background"));
    json.set("completed_at", ended ? json.get("created_at") : NullNode.instance);
    json.putNull("error");
    if (status.equals("incomplete")) {
      json.putObject("incomplete_details").put("reason", "max_output_tokens");
    } else {
      json.putNull("incomplete_details");
    }
    json.put("model", call.model().id());
    ArrayNode output = json.putArray("output");
    if (ended) {
      if (thinks()) {
        output.add(finishedThought());
      }
      output.add(finishedItem());
    }
    echo(json);
    json.put("service_tier", tier);
    json.set("usage", ended ? usage : NullNode.instance);
    return json;
  }

  /// Repeats the settings of the request, or their defaults.
  private void echo(ObjectNode json) {
    json.putNull("user");
    echo(json, "previous_response_id", NullNode.instance);
    echo(json, "truncation", TextNode.valueOf("disabled"));
    echo(json, "instructions", NullNode.instance);
    echo(json, "max_output_tokens", NullNode.instance);
    echo(json, "metadata", Json.object());
    echo(json, "parallel_tool_calls", BooleanNode.TRUE);
    echo(json, "reasoning", Json.object().putNull("effort").putNull("summary"));
    echo(json, "store", BooleanNode.TRUE);
    echo(json, "temperature", IntNode.valueOf(1));
    ObjectNode text = Json.object().put("verbosity", "medium");
    text.putObject("format").put("type", "text");
    echo(json, "text", text);
    echo(json, "tool_choice", TextNode.valueOf("auto"));
    echo(json, "tools", Json.array());
    echo(json, "top_p", IntNode.valueOf(1));
  }

  private void echo(ObjectNode json, String name, JsonNode absent) {
    JsonNode given = call.body().find(name);
    json.set(name, given == null ? absent : given);
  }
}
