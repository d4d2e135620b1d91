package dev.tollgate.providers.dialect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.ProviderReply.UsageSite;
import dev.tollgate.domain.pricing.Usage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Reads the few things Tollgate needs from a complete answer or from one event of a stream, in one
/// pass and without building a tree. One reader serves one answer or one stream, whose later events
/// overwrite what earlier ones said. Not thread-safe.
final class AnswerReader {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(64 << 20)
                  .maxNestingDepth(1_000)
                  .build())
          .build();

  private final Endpoint endpoint;
  private final UsageFields usage = new UsageFields();
  private @Nullable String model;
  private @Nullable String serviceTier;
  private @Nullable ErrorFields error;
  private @Nullable String type;
  private @Nullable UsageSite site;
  private boolean choicesEmpty;
  private ErrorFields flat = ErrorFields.NONE;

  AnswerReader(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /// Reads one JSON document.
  ///
  /// @return false when it is not one JSON object
  boolean read(byte[] bytes, int offset, int length) {
    error = null;
    type = null;
    site = null;
    choicesEmpty = false;
    flat = ErrorFields.NONE;
    try (JsonParser json = JSON.createParser(bytes, offset, length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      readObject(json, true);
      return json.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /// Usage as far as it was reported, or null. A free call reports none and uses nothing.
  @Nullable Usage usage() {
    if (endpoint == Endpoint.COUNT_TOKENS) {
      return Usage.NONE;
    }
    if (!usage.seen()) {
      return null;
    }
    return endpoint.dialect() == Endpoint.Dialect.ANTHROPIC ? usage.anthropic() : usage.openAi();
  }

  @Nullable String model() {
    return model;
  }

  /// The tier that served the call, or null.
  @Nullable String serviceTier() {
    return serviceTier == null ? usage.serviceTier() : serviceTier;
  }

  /// The error the last document reported, or null.
  @Nullable ErrorFields error() {
    return error;
  }

  /// The `type` of the last document, or null.
  @Nullable String type() {
    return type;
  }

  /// Where the usage object of the last document ends, or null when it has none.
  @Nullable UsageSite site() {
    return site;
  }

  /// Whether the last document has choices and they are an empty array.
  boolean choicesEmpty() {
    return choicesEmpty;
  }

  /// An error that lies bare in the last document, as older self-hosted servers send it, or null.
  @Nullable ErrorFields flatError() {
    return flat.message() == null ? null : flat;
  }

  private void readObject(JsonParser json, boolean root) throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "usage" -> readUsage(json, value);
        case "error" -> {
          ErrorFields read = ErrorFields.read(json);
          error = read == null ? error : read;
        }
        case "model" -> model = text(json, value, model);
        case "service_tier" -> serviceTier = text(json, value, serviceTier);
        case "type" -> type = root ? text(json, value, type) : skip(json, type);
        case "choices" -> readChoices(json, value);
        case "message", "response" -> {
          if (root && value == JsonToken.START_OBJECT) {
            readObject(json, false);
          } else {
            flat = flat.withMessage(text(json, value, null));
          }
        }
        case "param" -> flat = flat.withParam(text(json, value, null));
        case "output" -> readOutput(json, value);
        default -> json.skipChildren();
      }
    }
  }

  private void readUsage(JsonParser json, JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    int opened = (int) json.currentTokenLocation().getByteOffset();
    usage.read(json);
    int closed = (int) json.currentTokenLocation().getByteOffset();
    site = new UsageSite(closed, closed == opened + 1, usage.costFrom(), usage.costTo());
  }

  private void readChoices(JsonParser json, JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    choicesEmpty = true;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      choicesEmpty = false;
      json.skipChildren();
    }
  }

  /// Tools that the provider ran itself are items of the output of the Responses API.
  private void readOutput(JsonParser json, JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() == JsonToken.START_OBJECT) {
        readItem(json);
      } else {
        json.skipChildren();
      }
    }
  }

  private void readItem(JsonParser json) throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      boolean isType = "type".equals(json.currentName());
      if (json.nextToken() == JsonToken.VALUE_STRING && isType) {
        switch (json.getText()) {
          case "web_search_call" -> usage.countWebSearch();
          case "file_search_call" -> usage.countFileSearch();
          default -> {
            // Not a tool that is billed by the call.
          }
        }
      } else {
        json.skipChildren();
      }
    }
  }

  private static @Nullable String text(JsonParser json, JsonToken value, @Nullable String otherwise)
      throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      return json.getText();
    }
    json.skipChildren();
    return otherwise;
  }

  private static @Nullable String skip(JsonParser json, @Nullable String same) throws IOException {
    json.skipChildren();
    return same;
  }
}
