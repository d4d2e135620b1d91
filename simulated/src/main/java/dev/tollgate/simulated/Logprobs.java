package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// How likely the tokens of an answer were. The model is sure of each; alternatives are other
/// tokens of the same text.
///
/// @param wanted whether they are asked for
/// @param top alternatives to each token
record Logprobs(boolean wanted, int top) {
  static final Logprobs NONE = new Logprobs(false, 0);
  private static final int MOST = 20;
  private static final double SURE = -0.125;

  /// Reads `logprobs` and `top_logprobs` of a chat completion.
  static Logprobs read(Fields body) {
    boolean wanted = body.flag("logprobs");
    int top = body.integer("top_logprobs", 0, MOST, 0);
    if (body.has("top_logprobs") && !wanted) {
      throw body.wrongValue("top_logprobs", "'logprobs' must be true to use it");
    }
    return wanted ? new Logprobs(true, top) : NONE;
  }

  /// Of a whole text, as a choice has them; null when they are not asked for.
  JsonNode of(List<String> tokens) {
    if (!wanted) {
      return NullNode.instance;
    }
    ObjectNode json = Json.object();
    ArrayNode content = json.putArray("content");
    for (int i = 0; i < tokens.size(); i++) {
      content.add(one(tokens, i));
    }
    return json.putNull("refusal");
  }

  /// Of one token in its text.
  JsonNode of(List<String> tokens, int index) {
    if (!wanted) {
      return NullNode.instance;
    }
    ObjectNode json = Json.object();
    json.putArray("content").add(one(tokens, index));
    return json.putNull("refusal");
  }

  private ObjectNode one(List<String> tokens, int index) {
    ObjectNode json = entry(tokens.get(index), SURE);
    ArrayNode alternatives = json.putArray("top_logprobs");
    for (int k = 0; k < Math.min(top, tokens.size()); k++) {
      String token = tokens.get((index + k) % tokens.size());
      alternatives.add(entry(token, k == 0 ? SURE : -4.0 - k));
    }
    return json;
  }

  private static ObjectNode entry(String token, double logprob) {
    ObjectNode json = Json.object().put("token", token).put("logprob", logprob);
    ArrayNode bytes = json.putArray("bytes");
    for (byte each : token.getBytes(StandardCharsets.UTF_8)) {
      bytes.add(each & 0xff);
    }
    return json;
  }
}
