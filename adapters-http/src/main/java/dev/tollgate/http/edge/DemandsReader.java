package dev.tollgate.http.edge;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Demands.Cap;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Payload.Span;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Notes, while a body is parsed, what makes its cost larger than its bytes show.
final class DemandsReader {
  /// Calls of a provider's own tool when the request does not say how many it allows.
  private static final long USUAL_TOOL_CALLS = 16;

  /// The Responses API refuses a lower cap.
  private static final long LEAST_RESPONSE = 16;

  private final List<Cap> caps = new ArrayList<>(1);
  private long bestOf = 1;
  private long prompts = 1;
  private long thinking;
  private long tools;
  private long maxUses;
  private long maxToolCalls = -1;
  private int images;
  private boolean cacheControl;
  private boolean otherMedia;
  private boolean remote;

  void cap(String name, long tokens, Span nameAt, Span valueAt) {
    caps.add(new Cap(name, tokens, nameAt, valueAt));
  }

  void bestOf(long candidates) {
    bestOf = candidates;
  }

  /// Several prompts in one request are answered one by one.
  void prompts(long count) {
    prompts = Math.max(1, count);
  }

  void maxToolCalls(long most) {
    maxToolCalls = most;
  }

  /// The request goes on from an earlier answer.
  void remote() {
    remote = true;
  }

  void otherMedia() {
    otherMedia = true;
  }

  void searches() {
    tools++;
    remote = true;
  }

  /// Passes over a value as `skipChildren` does, and looks at the names inside.
  void walk(JsonParser json) throws IOException {
    int depth = 0;
    JsonToken token = json.currentToken();
    while (true) {
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token == JsonToken.FIELD_NAME) {
        inner(json, json.currentName());
        token = json.currentToken();
        continue;
      }
      if (depth == 0) {
        return;
      }
      token = json.nextToken();
    }
  }

  /// Looks at one member and moves on to its value.
  private void inner(JsonParser json, String name) throws IOException {
    JsonToken value = json.nextToken();
    switch (name) {
      case "type" -> {
        if (value == JsonToken.VALUE_STRING) {
          type(json.getText());
        }
      }
      case "cache_control" -> cacheControl |= value != JsonToken.VALUE_NULL;
      case "image_url" -> images += value == JsonToken.VALUE_NULL ? 0 : 1;
      case "input_audio" -> otherMedia = true;
      case "budget_tokens" -> thinking = Math.max(thinking, number(json, value));
      case "max_uses" -> maxUses = Math.max(maxUses, number(json, value));
      default -> {}
    }
  }

  private void type(String type) {
    switch (type) {
      case "image" -> images++;
      case "document", "file", "input_file", "item_reference" -> remote = true;
      case "file_search" -> searches();
      case "image_generation", "input_audio" -> otherMedia = true;
      default -> {
        if (type.startsWith("web_search") || type.startsWith("web_fetch")) {
          searches();
        }
      }
    }
  }

  private static long number(JsonParser json, JsonToken value) throws IOException {
    return value == JsonToken.VALUE_NUMBER_INT && json.getBigIntegerValue().bitLength() < 40
        ? json.getLongValue()
        : 0;
  }

  Demands demands(Endpoint endpoint, int choices) {
    long calls = tools * (maxUses > 0 ? maxUses : USUAL_TOOL_CALLS);
    if (maxToolCalls >= 0) {
      calls = Math.min(calls, maxToolCalls);
    }
    if (caps.isEmpty() && isPlain() && choices == 1 && endpoint != Endpoint.RESPONSES) {
      return Demands.NONE;
    }
    long least = endpoint == Endpoint.RESPONSES ? LEAST_RESPONSE : thinking + 1;
    return new Demands(
        caps,
        least,
        Math.max(choices, bestOf) * prompts,
        calls,
        images,
        cacheControl,
        otherMedia,
        remote);
  }

  private boolean isPlain() {
    return !(cacheControl || otherMedia || remote)
        && images == 0
        && tools == 0
        && thinking == 0
        && bestOf == 1
        && prompts == 1;
  }
}
