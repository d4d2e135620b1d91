package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.simulated.Choice.Content;
import java.util.ArrayList;
import java.util.List;

/// The events of a streamed response, numbered in their order.
final class ResponseEvents {
  private final ResponseObject response;
  private final List<byte[]> events = new ArrayList<>();
  private final int index;

  ResponseEvents(ResponseObject response) {
    this.response = response;
    this.index = response.thinks() ? 1 : 0;
  }

  /// @param background whether it waits in a queue first
  List<byte[]> all(boolean background) {
    if (background) {
      add("response.created", wrapped(response.queued()));
      add("response.queued", wrapped(response.queued()));
    } else {
      add("response.created", wrapped(response.started()));
    }
    add("response.in_progress", wrapped(response.started()));
    if (response.thinks()) {
      addThought();
    }
    add("response.output_item.added", item(index, response.startedItem()));
    switch (response.content()) {
      case Content.Text(String text) -> addText(text);
      case Content.Call(String name, String arguments) -> addCall(name, arguments);
    }
    add("response.output_item.done", item(index, response.finishedItem()));
    add("response." + response.status(), wrapped(response.finished()));
    return events;
  }

  private void addThought() {
    add("response.output_item.added", item(0, response.startedThought()));
    String summary = response.summary();
    if (summary != null) {
      ObjectNode opened = summarySite();
      opened.set("part", ResponseObject.summaryPart(""));
      add("response.reasoning_summary_part.added", opened);
      for (String token : Tokens.split(summary)) {
        add("response.reasoning_summary_text.delta", summarySite().put("delta", token));
      }
      add("response.reasoning_summary_text.done", summarySite().put("text", summary));
      ObjectNode closed = summarySite();
      closed.set("part", ResponseObject.summaryPart(summary));
      add("response.reasoning_summary_part.done", closed);
    }
    add("response.output_item.done", item(0, response.finishedThought()));
  }

  private void addText(String text) {
    ObjectNode opened = partSite();
    opened.set("part", response.part(""));
    add("response.content_part.added", opened);
    List<String> tokens = Tokens.split(text);
    for (int i = 0; i < tokens.size(); i++) {
      ObjectNode delta = partSite().put("delta", tokens.get(i));
      delta.set("logprobs", response.logprobs(tokens, i));
      add("response.output_text.delta", delta);
    }
    ObjectNode done = partSite().put("text", text);
    done.set("logprobs", response.part(text).path("logprobs"));
    add("response.output_text.done", done);
    ObjectNode closed = partSite();
    closed.set("part", response.part(text));
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

  private static ObjectNode item(int index, ObjectNode item) {
    ObjectNode fields = Json.object().put("output_index", index);
    fields.set("item", item);
    return fields;
  }

  private ObjectNode summarySite() {
    return Json.object()
        .put("item_id", response.thoughtId())
        .put("output_index", 0)
        .put("summary_index", 0);
  }

  private ObjectNode itemSite() {
    return Json.object().put("item_id", response.itemId()).put("output_index", index);
  }

  private ObjectNode partSite() {
    return itemSite().put("content_index", 0);
  }

  private void add(String type, ObjectNode fields) {
    ObjectNode json = Json.object().put("type", type).put("sequence_number", events.size());
    events.add(Sse.named(type, json.setAll(fields)));
  }
}
