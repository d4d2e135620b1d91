package dev.tollgate.dialects.answer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.tollgate.dialects.answer.AnswerRules.Searches;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.pricing.Usage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Reads the few things Tollgate needs from a complete answer or from one event of a stream, in one
/// pass and without building a tree. One reader serves one answer or one stream, whose later events
/// overwrite what earlier ones said. Not thread-safe.
public final class AnswerReader {
  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(64 << 20)
                  .maxNestingDepth(1_000)
                  .build())
          .build();

  private final AnswerRules rules;
  private final Counters counters = new Counters();
  private @Nullable String serviceTier;
  private @Nullable String id;
  private @Nullable String status;
  private long webSearches;
  private long fileSearches;
  private @Nullable ErrorFields error;
  private @Nullable String type;
  private @Nullable UsageSite site;
  private boolean choicesEmpty;
  private boolean hasChoices;
  private boolean isError;
  private boolean hasAnswer;
  private boolean finishedInError;
  private @Nullable String errorType;
  private ErrorFields flat = ErrorFields.NONE;

  public AnswerReader(AnswerRules rules) {
    this.rules = rules;
  }

  /// Reads one JSON document.
  ///
  /// @return false when it is not one JSON object
  public boolean read(byte[] bytes, int offset, int length) {
    error = null;
    type = null;
    site = null;
    choicesEmpty = false;
    hasChoices = false;
    isError = false;
    hasAnswer = false;
    finishedInError = false;
    flat = ErrorFields.NONE;
    try (JsonParser json = JSON.createParser(bytes, offset, length)) {
      JsonToken first = json.nextToken();
      if (first == JsonToken.START_ARRAY && json.nextToken() == JsonToken.START_OBJECT) {
        // Some servers put an error into a list.
        readObject(json, true);
        return error != null;
      }
      if (first != JsonToken.START_OBJECT) {
        return false;
      }
      readObject(json, true);
      return json.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /// Usage as far as it was reported.
  public ReportedUsage reported() {
    Usage usage = rules.usage(counters, new Searches(webSearches, fileSearches));
    return new ReportedUsage(
        usage.ofOneAnswer(),
        counters.believable(),
        serviceTier(),
        counters.word("inference_geo"),
        counters.oddities());
  }

  /// The tier that served the call, or null. Anthropic names it in its usage; its fast mode is a
  /// speed, priced like a tier.
  private @Nullable String serviceTier() {
    if (serviceTier != null) {
      return serviceTier;
    }
    return "fast".equals(counters.word("speed")) ? "fast" : counters.word("service_tier");
  }

  /// The error the last document reported, or null.
  public @Nullable ErrorFields error() {
    return error;
  }

  /// The `id` that an answer or its beginning names, or null.
  public @Nullable String id() {
    return id;
  }

  /// The `status` of a response, or null.
  @Nullable String status() {
    return status;
  }

  /// The `type` of the last document, or null.
  public @Nullable String type() {
    return type;
  }

  /// Where the usage object of the last document ends, or null when it has none.
  public @Nullable UsageSite site() {
    return site;
  }

  /// Whether the last document has choices and they are an empty array.
  public boolean choicesEmpty() {
    return choicesEmpty;
  }

  /// Whether the last document has choices that are not empty.
  public boolean hasChoices() {
    return hasChoices;
  }

  /// Whether the last document has what an answer consists of.
  boolean hasAnswer() {
    return hasAnswer;
  }

  /// Whether the last document says that it failed, whether or not an error in it tells why.
  boolean hasFailed() {
    return finishedInError || "failed".equals(status) || "response.failed".equals(type);
  }

  /// The `error_type` beside an error that is only a text, or null.
  @Nullable String errorType() {
    return errorType;
  }

  /// An error that lies bare in the last document, as self-hosted servers send it, or null.
  ///
  /// @param named whether only a document that calls itself an error counts as one
  @Nullable ErrorFields flatError(boolean named) {
    return flat.message() == null || named && !isError ? null : flat;
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
        case "service_tier" -> serviceTier = text(json, value, serviceTier);
        case "id" -> id = text(json, value, id);
        case "status" -> status = text(json, value, status);
        case "type" -> {
          String text = text(json, value, null);
          type = root ? text : type;
          isError |= root && "error".equals(text);
          flat = flat.withType(text);
        }
        case "error_type" -> errorType = text(json, value, null);
        case "object" -> isError |= "error".equals(text(json, value, null));
        case "choices" -> {
          hasAnswer |= value.isStructStart();
          readChoices(json, value);
        }
        case "content", "data" -> {
          hasAnswer |= value.isStructStart();
          json.skipChildren();
        }
        case "detail", "errors" -> readDetail(json, value, root);
        case "message", "response", "x_groq" -> readPart(json, value, root);
        case "param" -> flat = flat.withParam(text(json, value, null));
        case "code" -> flat = flat.withCode(scalar(json, value));
        case "output" -> {
          hasAnswer |= value.isStructStart();
          readOutput(json, value);
        }
        default -> json.skipChildren();
      }
    }
  }

  /// A member that is a part of the answer with members of its own, or the words of a bare error.
  private void readPart(JsonParser json, JsonToken value, boolean root) throws IOException {
    if (root && value == JsonToken.START_OBJECT) {
      readObject(json, false);
    } else {
      flat = flat.withMessage(text(json, value, null));
    }
  }

  /// What frameworks say of a request that they do not take: a text, or a list of which the first
  /// entry says enough.
  private void readDetail(JsonParser json, JsonToken value, boolean root) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      readPart(json, value, root);
      return;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() == JsonToken.START_OBJECT && flat.message() == null) {
        flat = ErrorFields.ofDetail(json);
      } else if (json.currentToken() == JsonToken.VALUE_STRING && flat.message() == null) {
        flat = flat.withMessage(json.getText());
      } else {
        json.skipChildren();
      }
    }
  }

  private void readUsage(JsonParser json, JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    int opened = (int) json.currentTokenLocation().getByteOffset();
    counters.read(json);
    int closed = (int) json.currentTokenLocation().getByteOffset();
    site = new UsageSite(closed, closed == opened + 1, counters.cost());
  }

  private void readChoices(JsonParser json, JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    choicesEmpty = true;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      choicesEmpty = false;
      hasChoices = true;
      if (json.currentToken() == JsonToken.START_OBJECT) {
        readChoice(json);
      } else {
        json.skipChildren();
      }
    }
  }

  /// Some servers report the usage of a stream, or an error, inside a choice.
  private void readChoice(JsonParser json) throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (value == JsonToken.START_OBJECT && name.equals("usage")) {
        counters.read(json);
      } else if (name.equals("error")) {
        ErrorFields read = ErrorFields.read(json);
        error = read == null ? error : read;
      } else if (name.equals("finish_reason")) {
        finishedInError |= "error".equals(text(json, value, null));
      } else {
        json.skipChildren();
      }
    }
  }

  /// Tools that the provider ran itself are items of the output of the Responses API.
  private void readOutput(JsonParser json, JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    webSearches = 0;
    fileSearches = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() == JsonToken.START_OBJECT) {
        readItem(json);
      } else {
        json.skipChildren();
      }
    }
  }

  /// A search is billed when it was done; to open a page or to look something up in it is not.
  private void readItem(JsonParser json) throws IOException {
    String kind = null;
    String state = null;
    String action = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "type" -> kind = text(json, value, kind);
        case "status" -> state = text(json, value, state);
        case "action" -> action = typeOf(json, value);
        default -> json.skipChildren();
      }
    }
    boolean done = state == null || state.equals("completed");
    if (done && "web_search_call".equals(kind) && (action == null || action.equals("search"))) {
      webSearches++;
    } else if (done && "file_search_call".equals(kind)) {
      fileSearches++;
    }
  }

  private static @Nullable String typeOf(JsonParser json, JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      json.skipChildren();
      return null;
    }
    String type = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      boolean wanted = "type".equals(json.currentName());
      JsonToken inner = json.nextToken();
      type = wanted ? text(json, inner, type) : type;
      json.skipChildren();
    }
    return type;
  }

  private static @Nullable String scalar(JsonParser json, JsonToken value) throws IOException {
    if (value.isScalarValue()) {
      return json.getValueAsString();
    }
    json.skipChildren();
    return null;
  }

  private static @Nullable String text(JsonParser json, JsonToken value, @Nullable String otherwise)
      throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      return json.getText();
    }
    json.skipChildren();
    return otherwise;
  }
}
