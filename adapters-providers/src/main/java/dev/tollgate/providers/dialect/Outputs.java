package dev.tollgate.providers.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Set;

/// Everything in a whole answer that a model can have put out, in whatever shape: for the estimate
/// of an answer that says nothing of its usage.
final class Outputs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] WHERE = {"choices", "content", "output"};

  /// Members that say what something is, repeat what was put out, or are the server's own words.
  private static final Set<String> LABELS =
      Set.of(
          "annotations",
          "call_id",
          "error",
          "finish_reason",
          "id",
          "logprobs",
          "object",
          "role",
          "status",
          "stop_reason",
          "type");

  private Outputs() {}

  /// Texts, one after the other; empty when there are none.
  static String textOf(byte[] answer) {
    StringBuilder text = new StringBuilder();
    try {
      JsonNode root = JSON.readTree(answer);
      for (String member : WHERE) {
        collect(root.path(member), text);
      }
    } catch (IOException e) {
      // What is not JSON is no answer, and nothing of it is estimated.
      return "";
    }
    return text.toString();
  }

  private static void collect(JsonNode node, StringBuilder into) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              each -> {
                if (!LABELS.contains(each.getKey())) {
                  collect(each.getValue(), into);
                }
              });
    } else if (node.isArray()) {
      node.forEach(each -> collect(each, into));
    } else if (node.isTextual() && !node.asText().isEmpty()) {
      into.append(node.asText()).append(' ');
    }
  }
}
