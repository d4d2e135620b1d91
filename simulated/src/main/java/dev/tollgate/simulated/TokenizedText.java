package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// An input that came as text or as token ids.
///
/// @param text the words, or the ids as they came
record TokenizedText(String text, long tokens) {
  private static final int MOST = 2_048;
  private static final String EXPECTED = "a string, an array of strings or token ids";

  /// Reads one input or several.
  static List<TokenizedText> read(Fields body, String name) {
    JsonNode value = body.need(name);
    if (value.isTextual() || isIds(value)) {
      return List.of(one(body, name, value));
    }
    if (!value.isArray()) {
      throw body.wrongType(name, EXPECTED);
    }
    if (value.isEmpty() || value.size() > MOST) {
      throw body.wrongValue(name, "1 to " + MOST + " elements are expected");
    }
    List<TokenizedText> inputs = new ArrayList<>(value.size());
    for (JsonNode element : value) {
      inputs.add(one(body, name, element));
    }
    return inputs;
  }

  private static TokenizedText one(Fields body, String name, JsonNode value) {
    if (isIds(value)) {
      return new TokenizedText(value.toString(), value.size());
    }
    if (!value.isTextual()) {
      throw body.wrongType(name, EXPECTED);
    }
    return new TokenizedText(value.textValue(), Tokens.count(value.textValue()));
  }

  private static boolean isIds(JsonNode value) {
    return value.isArray()
        && !value.isEmpty()
        && value.valueStream().allMatch(JsonNode::isIntegralNumber);
  }
}
