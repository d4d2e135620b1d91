package dev.tollgate.dialects.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Set;

/// Everything in a whole answer that a model can have put out, in whatever shape: for the estimate
/// of an answer that says nothing of its usage.
final class Outputs {
  private static final Set<String> WHERE = Set.of("choices", "content", "output");

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
    try (JsonParser json = AnswerReader.JSON.createParser(answer)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return "";
      }
      while (json.nextToken() != JsonToken.END_OBJECT) {
        boolean wanted = WHERE.contains(json.currentName());
        json.nextToken();
        if (wanted) {
          collect(json, text);
        } else {
          json.skipChildren();
        }
      }
    } catch (IOException e) {
      // What is not JSON is no answer, and nothing of it is estimated.
      return "";
    }
    return text.toString();
  }

  /// Passes over a value and keeps its texts. The parser stands on its first token and is left on
  /// its last.
  private static void collect(JsonParser json, StringBuilder into) throws IOException {
    JsonToken token = json.currentToken();
    if (token == JsonToken.START_OBJECT) {
      while (json.nextToken() != JsonToken.END_OBJECT) {
        boolean label = LABELS.contains(json.currentName());
        json.nextToken();
        if (label) {
          json.skipChildren();
        } else {
          collect(json, into);
        }
      }
    } else if (token == JsonToken.START_ARRAY) {
      while (json.nextToken() != JsonToken.END_ARRAY) {
        collect(json, into);
      }
    } else if (token == JsonToken.VALUE_STRING && json.getTextLength() > 0) {
      into.append(json.getText()).append(' ');
    }
  }
}
