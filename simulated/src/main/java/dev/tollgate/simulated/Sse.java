package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/// Server-sent events on the wire.
final class Sse {
  private Sse() {}

  static byte[] data(JsonNode json) {
    return bytes("data: " + json + "\n\n");
  }

  /// An event with a line for its name.
  static byte[] named(String name, JsonNode json) {
    return bytes("event: " + name + "\ndata: " + json + "\n\n");
  }

  /// What ends OpenAI's older streams.
  static byte[] done() {
    return bytes("data: [DONE]\n\n");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
