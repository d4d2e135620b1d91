package dev.tollgate.dialects.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.tollgate.dialects.request.BodyWriter.CapAt;
import dev.tollgate.dialects.request.BodyWriter.Places;
import dev.tollgate.dialects.request.BodyWriter.Span;
import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Demands.Trait;
import dev.tollgate.domain.inference.Operation;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.reasons.Reason;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The one parse of a body. It finds the few fields that Tollgate needs and where they are; the
/// bytes themselves are what is forwarded. A key that appears twice, even in another case, is
/// refused: otherwise a provider could act on a field other than the one that was checked.
public final class PayloadReader {
  private static final int DEEPEST = 64;
  private static final int LONGEST_STRING = 32 << 20;
  private static final int LONGEST_NUMBER = 1_000;
  private static final int LONGEST_KEY = 1_024;
  private static final int LONGEST_MODEL = 256;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(LONGEST_STRING)
                  .maxNumberLength(LONGEST_NUMBER)
                  .maxNameLength(LONGEST_KEY)
                  .build())
          .disable(JsonFactory.Feature.CHARSET_DETECTION)
          .build();

  private final RequestRules rules;
  private final Operation operation;
  private final byte[] body;
  private final MemberNames names = new MemberNames();
  private @Nullable String model;
  private @Nullable Span modelAt;
  private @Nullable Span streamOptionsAt;
  private @Nullable Span includeUsageAt;
  private @Nullable String serviceTier;
  private @Nullable Span serviceTierAt;
  private @Nullable String user;
  private @Nullable String metadata;
  private final DemandsReader demands = new DemandsReader();
  private final List<CapAt> caps = new ArrayList<>(1);
  private int choices = 1;
  private int nameFrom;
  private boolean stream;
  private boolean includeUsage;

  private PayloadReader(RequestRules rules, Operation operation, byte[] body) {
    this.rules = rules;
    this.operation = operation;
    this.body = body;
  }

  /// @throws BadRequest when the body is not a request for this operation
  public static Payload read(RequestRules rules, Operation operation, byte[] body) {
    if (!Utf8.isValid(body)) {
      throw new BadRequest(Reason.INVALID_JSON, "The request body is not valid UTF-8.", null);
    }
    return new PayloadReader(rules, operation, body).parse();
  }

  private Payload parse() {
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new BadRequest(Reason.INVALID_JSON, "The request body must be a JSON object.", null);
      }
      int membersFrom = (int) json.currentTokenLocation().getByteOffset() + 1;
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = names.add(json.currentName());
        boolean cap = KnownMembers.CAPS.contains(name);
        nameFrom = cap ? (int) json.currentTokenLocation().getByteOffset() : 0;
        member(json, name, json.nextToken());
      }
      if (json.nextToken() != null) {
        throw new BadRequest(Reason.INVALID_JSON, "There is text behind the JSON object.", null);
      }
      return payload(membersFrom);
    } catch (StreamConstraintsException e) {
      throw new BadRequest(Reason.INVALID_JSON, limit(e), null);
    } catch (JsonParseException e) {
      throw new BadRequest(
          Reason.INVALID_JSON,
          "The request body is not valid JSON at byte " + e.getLocation().getByteOffset() + ".",
          null);
    } catch (IOException e) {
      throw new BadRequest(Reason.INVALID_JSON, "The request body is not valid JSON.", null);
    }
  }

  private Payload payload(int membersFrom) {
    if (model == null || modelAt == null) {
      throw new BadRequest(
          Reason.MISSING_REQUIRED_PARAMETER, "You must provide a model parameter.", "model");
    }
    for (String name : rules.required(operation)) {
      if (!names.contains(name)) {
        throw new BadRequest(
            Reason.MISSING_REQUIRED_PARAMETER, "Missing required parameter: '" + name + "'.", name);
      }
    }
    if (stream && !operation.hasOutput()) {
      throw new BadRequest(Reason.UNSUPPORTED_PARAMETER, "This call cannot be streamed.", "stream");
    }
    Payload.Asked asked = new Payload.Asked(model, stream, includeUsage, choices, serviceTier);
    Places places =
        new Places(membersFrom, modelAt, streamOptionsAt, includeUsageAt, serviceTierAt);
    return new Payload(
        body,
        asked,
        user == null && metadata == null ? Payload.Labels.NONE : new Payload.Labels(user, metadata),
        demands.demands(rules.leastCap(), choices, caps()),
        new BodyWriter(asked, places, caps));
  }

  private Demands.Caps caps() {
    if (caps.isEmpty()) {
      return Demands.Caps.NONE;
    }
    List<String> all = new ArrayList<>(caps.size());
    OptionalLong lowest = OptionalLong.empty();
    for (CapAt cap : caps) {
      all.add(cap.name());
      OptionalLong tokens = cap.tokens();
      if (tokens.isPresent() && (lowest.isEmpty() || tokens.getAsLong() < lowest.getAsLong())) {
        lowest = tokens;
      }
    }
    return new Demands.Caps(lowest, all);
  }

  private void member(JsonParser json, String name, JsonToken value) throws IOException {
    switch (name) {
      case "model" -> model(json, value);
      case "stream" -> stream = flag(name, value, stream);
      case "stream_options" -> streamOptions(json, value);
      case "messages" -> {
        require(name, value == JsonToken.START_ARRAY, "an array");
        array(json, name);
      }
      case "best_of" -> demands.bestOf(count(json, name, value));
      case "max_tool_calls" ->
          demands.maxToolCalls(value == JsonToken.VALUE_NULL ? -1 : count(json, name, value));
      case "prompt" -> prompt(json, value);
      case "web_search_options" -> {
        if (value != JsonToken.VALUE_NULL) {
          demands.searches(0);
        }
        json.skipChildren();
      }
      case "modalities", "audio" -> {
        if (value != JsonToken.VALUE_NULL) {
          demands.is(Trait.OTHER_MEDIA);
        }
        json.skipChildren();
      }
      case "n" -> choices(json, value);
      case "service_tier" -> serviceTier(json, value);
      case "background" -> {
        if (flag(name, value, false)) {
          demands.is(Trait.BACKGROUND);
        }
      }
      case "speed" -> {
        if (!rules.hasFastMode()) {
          demands.member(json, name, value);
        } else if ("fast".equals(text(json, name, value))) {
          demands.is(Trait.FAST);
        }
      }
      case "inference_geo" -> demands.region(text(json, name, value));
      case "user" -> user = text(json, name, value);
      case "metadata" -> metadata(json, value);
      default -> {
        if (KnownMembers.CAPS.contains(name)) {
          cap(json, name, value);
        } else {
          demands.member(json, name, value);
        }
      }
    }
  }

  private void serviceTier(JsonParser json, JsonToken value) throws IOException {
    int start = (int) json.currentTokenLocation().getByteOffset();
    serviceTier = text(json, "service_tier", value);
    serviceTierAt = new Span(start, end(json));
  }

  private void cap(JsonParser json, String name, JsonToken value) throws IOException {
    require(
        name, value == JsonToken.VALUE_NUMBER_INT || value == JsonToken.VALUE_NULL, "an integer");
    int start = (int) json.currentTokenLocation().getByteOffset();
    OptionalLong tokens =
        value == JsonToken.VALUE_NULL
            ? OptionalLong.empty()
            : OptionalLong.of(count(json, name, value));
    caps.add(new CapAt(name, tokens, new Span(nameFrom, start), new Span(start, end(json))));
  }

  /// A count that is far beyond anything real is as good as any other such.
  private static long count(JsonParser json, String name, JsonToken value) throws IOException {
    require(
        name, value == JsonToken.VALUE_NUMBER_INT || value == JsonToken.VALUE_NULL, "an integer");
    if (value == JsonToken.VALUE_NULL) {
      return 1;
    }
    BigInteger number = json.getBigIntegerValue();
    require(name, number.signum() >= 0, "a non-negative integer");
    return number.bitLength() > 40 ? 1L << 40 : number.longValue();
  }

  /// A list of several prompts, of the completions endpoint; a template kept by the provider, of
  /// the responses endpoint.
  private void prompt(JsonParser json, JsonToken value) throws IOException {
    if (rules.keepsPrompts()) {
      if (value != JsonToken.VALUE_NULL) {
        demands.is(Trait.REMOTE);
      }
      json.skipChildren();
    } else if (value == JsonToken.START_ARRAY) {
      long count = 0;
      boolean tokens = false;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        tokens |= json.currentToken() == JsonToken.VALUE_NUMBER_INT;
        count++;
        json.skipChildren();
      }
      demands.prompts(tokens ? 1 : count);
    } else {
      json.skipChildren();
    }
  }

  private void choices(JsonParser json, JsonToken value) throws IOException {
    require(
        "n", value == JsonToken.VALUE_NUMBER_INT || value == JsonToken.VALUE_NULL, "an integer");
    if (value == JsonToken.VALUE_NUMBER_INT) {
      require(
          "n",
          json.getBigIntegerValue().bitLength() < 31 && json.getIntValue() >= 1,
          "a positive integer");
      choices = json.getIntValue();
    }
  }

  private void model(JsonParser json, JsonToken value) throws IOException {
    require("model", value == JsonToken.VALUE_STRING, "a string");
    int start = (int) json.currentTokenLocation().getByteOffset();
    model = json.getText();
    modelAt = new Span(start, end(json));
    require("model", !model.isBlank(), "a name");
    require("model", model.length() <= LONGEST_MODEL, "at most 256 characters long");
  }

  private void streamOptions(JsonParser json, JsonToken value) throws IOException {
    require(
        "stream_options",
        value == JsonToken.START_OBJECT || value == JsonToken.VALUE_NULL,
        "an object");
    int start = (int) json.currentTokenLocation().getByteOffset();
    if (value == JsonToken.START_OBJECT) {
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        JsonToken option = json.nextToken();
        if (name.equals("include_usage")) {
          if (includeUsageAt != null) {
            throw new BadRequest(
                Reason.DUPLICATE_PARAMETER,
                "The parameter 'include_usage' is given twice.",
                "stream_options");
          }
          int from = (int) json.currentTokenLocation().getByteOffset();
          includeUsage = flag("stream_options.include_usage", option, false);
          includeUsageAt = new Span(from, end(json));
        }
        json.skipChildren();
      }
    }
    streamOptionsAt = new Span(start, end(json));
  }

  private void metadata(JsonParser json, JsonToken value) throws IOException {
    require(
        "metadata", value == JsonToken.START_OBJECT || value == JsonToken.VALUE_NULL, "an object");
    int start = (int) json.currentTokenLocation().getByteOffset();
    json.skipChildren();
    if (value == JsonToken.START_OBJECT) {
      metadata = new String(body, start, end(json) - start, StandardCharsets.UTF_8);
    }
  }

  private void array(JsonParser json, String name) throws IOException {
    boolean empty = true;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(name, json.currentToken() == JsonToken.START_OBJECT, "an array of objects");
      empty = false;
      demands.content(json);
    }
    require(name, !empty, "a non-empty array");
  }

  /// The offset just behind the current token.
  private static int end(JsonParser json) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      json.getTextLength();
    }
    return (int) json.currentLocation().getByteOffset();
  }

  private static boolean flag(String name, JsonToken value, boolean otherwise) {
    require(name, value.isBoolean() || value == JsonToken.VALUE_NULL, "a boolean");
    return value.isBoolean() ? value == JsonToken.VALUE_TRUE : otherwise;
  }

  private static @Nullable String text(JsonParser json, String name, JsonToken value)
      throws IOException {
    require(name, value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NULL, "a string");
    return value == JsonToken.VALUE_STRING ? json.getText() : null;
  }

  private static void require(String name, boolean holds, String what) {
    if (!holds) {
      throw new BadRequest(
          Reason.INVALID_TYPE, "Invalid value for '" + name + "': it must be " + what + ".", name);
    }
  }

  private static String limit(StreamConstraintsException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("depth")) {
      return "The request body is nested deeper than " + DEEPEST + " levels.";
    }
    if (message.contains("Number")) {
      return "A number in the request body has more than " + LONGEST_NUMBER + " digits.";
    }
    return "A string or key in the request body is too long.";
  }
}
