package dev.tollgate.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// What the user asks of which model, and how the answer should come.
record Question(
    String model,
    @Nullable String system,
    String prompt,
    @Nullable Integer maxTokens,
    boolean stream) {

  /// The body of a call of `/chat/completions`.
  String json() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("model", model);
    ArrayNode messages = body.putArray("messages");
    if (system != null) {
      messages.addObject().put("role", "system").put("content", system);
    }
    messages.addObject().put("role", "user").put("content", prompt);
    if (maxTokens != null) {
      body.put("max_completion_tokens", maxTokens);
    }
    if (stream) {
      body.put("stream", true);
      body.putObject("stream_options").put("include_usage", true);
    }
    return body.toString();
  }
}
