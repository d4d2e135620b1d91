package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/// What a request asks for, whichever dialect it came in.
///
/// @param heard the words that are answered
/// @param sections the input in its order, cut where a cached prefix may end
record Prompt(SimulatedModel model, Heard heard, List<Section> sections, Terms terms) {
  /// Tokens that a message costs beside its words.
  static final long MESSAGE_OVERHEAD = 3;

  Prompt {
    sections = List.copyOf(sections);
  }

  long tokens() {
    return sections.stream().mapToLong(Section::tokens).sum();
  }

  /// The last words of the user or of a tool.
  record Heard(Speaker speaker, String text) {}

  /// Who sent the last message.
  enum Speaker {
    USER,
    TOOL,
    OTHER
  }

  /// A part of the input.
  record Section(long tokens, long fingerprint, Mark mark) {
    static Section of(String counted, long fingerprint) {
      return new Section(Tokens.count(counted), fingerprint, Mark.NONE);
    }
  }

  /// Whether the caller asked for the prefix that ends here to be kept, and how long.
  enum Mark {
    NONE,
    FIVE_MINUTES,
    HOUR
  }

  /// @param maxTokens the most that one choice may cost, reasoning included
  /// @param reasons whether the model thinks first
  record Terms(int maxTokens, int choices, List<String> stops, boolean reasons, Output output) {
    Terms {
      stops = stops.stream().filter(stop -> !stop.isEmpty()).toList();
    }
  }

  /// What is to be produced.
  sealed interface Output {
    record Words() implements Output {}

    record AnyObject() implements Output {}

    record Document(JsonNode schema) implements Output {}

    record Call(Tool tool) implements Output {}
  }

  /// A function that the caller offers.
  ///
  /// @param schema of its arguments
  record Tool(String name, JsonNode schema) {}
}
