package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.simulated.Choice.Content;
import java.util.ArrayList;
import java.util.List;

/// The events of a streamed response, numbered in their order.
final class ResponseEvents {
  private final ResponseObject response;
  private final List<byte[]> events = new ArrayList<>();

  ResponseEvents(ResponseObject response) {
    this.response = response;
  }

  List<byte[]> all() {
    add("response.created", wrapped(response.started()));
    add("response.in_progress", wrapped(response.started()));
    add("response.output_item.added", item(response.startedItem()));
    switch (response.content()) {
      case Content.Text(String text) -> addText(text);
      case Content.Call(String name, String arguments) -> addCall(name, arguments);
    }
    add("response.output_item.done", item(response.finishedItem()));
    add("response." + response.status(), wrapped(response.finished()));
    return events;
  }

  private void addText(String text) {
    ObjectNode opened = partSite();
    opened.set("part", ResponseObject.part(""));
    add("response.content_part.added", opened);
    for (String token : Tokens.split(text)) {
      ObjectNode delta = partSite().put("delta", token);
      delta.putArray("logprobs");
      add("response.output_text.delta", delta);
    }
    ObjectNode done = partSite().put("text", text);
    done.putArray("logprobs");
    add("response.output_text.done", done);
    ObjectNode closed = partSite();
    closed.set("part", ResponseObject.part(text));
    add("response.content_part.done", closed);
  }

  private void addCall(String name, String arguments) {
    for (String token : Tokens.split(arguments)) {
      add("response.function_call_arguments.delta", itemSite().put("delta", token));
    }
    add(
        "response.function_call_arguments.done",
        itemSite().put("name", name).put("arguments", arguments));
  }

  private static ObjectNode wrapped(ObjectNode whole) {
    ObjectNode fields = Json.object();
    fields.set("response", whole);
    return fields;
  }

  private static ObjectNode item(ObjectNode item) {
    ObjectNode fields = Json.object().put("output_index", 0);
    fields.set("item", item);
    return fields;
  }

  private ObjectNode itemSite() {
    return Json.object().put("item_id", response.itemId()).put("output_index", 0);
  }

  private ObjectNode partSite() {
    return itemSite().put("content_index", 0);
  }

  private void add(String type, ObjectNode fields) {
    ObjectNode json = Json.object().put("type", type).put("sequence_number", events.size());
    events.add(Sse.named(type, json.setAll(fields)));
  }
}
