package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// The words in a message or a part of one, whichever dialect it is written in. Images, audio and
/// other data are not words.
final class Texts {
  private static final List<String> HOLDERS =
      List.of(
          "name",
          "text",
          "refusal",
          "content",
          "output",
          "tool_calls",
          "function",
          "arguments",
          "input",
          "source");

  private Texts() {}

  static String in(JsonNode node) {
    StringBuilder text = new StringBuilder();
    collect(node, text);
    return text.toString();
  }

  private static void collect(JsonNode node, StringBuilder text) {
    if (node.isTextual()) {
      text.append(text.isEmpty() ? "" : "\n").append(node.textValue());
    } else if (node.isArray()) {
      node.forEach(element -> collect(element, text));
    } else if (node.isObject()) {
      for (String holder : HOLDERS) {
        collect(holder, node.path(holder), text);
      }
    }
  }

  private static void collect(String holder, JsonNode node, StringBuilder text) {
    if (holder.equals("input") && node.isObject()) {
      text.append(node);
    } else if (holder.equals("source")) {
      JsonNode words = node.path(node.path("type").asText().equals("text") ? "data" : "content");
      collect(words, text);
    } else {
      collect(node, text);
    }
  }
}
