package dev.tollgate.dialects.request;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Demands.Trait;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Notes, while a body is parsed, what makes its cost larger than its bytes show. What it does not
/// know and can bring input makes the input come from elsewhere ([Trait#REMOTE]): types of parts,
/// items and tools that are not in [KnownMembers], and members that hold an id, a URL, a file or
/// nested input. An unknown scalar never does; its name is noted.
final class DemandsReader {
  /// Calls of a provider's own tool when the request does not say how many it allows.
  private static final long USUAL_TOOL_CALLS = 16;

  private static final int LONGEST_NAME = 64;

  private final EnumSet<Trait> traits = EnumSet.noneOf(Trait.class);
  private final List<String> unknown = new ArrayList<>(0);
  private long bestOf = 1;
  private long prompts = 1;
  private long thinking;
  private long toolCalls;
  private long maxToolCalls = -1;
  private int images;
  private int audios;
  private int documents;
  private long binaryBytes;
  private @Nullable String region;

  void bestOf(long candidates) {
    bestOf = candidates;
  }

  /// Several prompts in one request are answered one by one.
  void prompts(long count) {
    prompts = Math.max(1, count);
  }

  /// @param most the most calls of all tools together, or -1 when that is left open
  void maxToolCalls(long most) {
    maxToolCalls = most;
  }

  void region(@Nullable String name) {
    region = name;
  }

  void is(Trait trait) {
    traits.add(trait);
  }

  /// @param most the calls it allows, or 0 when it does not say
  void searches(long most) {
    toolCalls += most > 0 ? most : USUAL_TOOL_CALLS;
    traits.add(Trait.REMOTE);
  }

  /// Passes over the value of a member of the body itself that needs no other reading.
  void member(JsonParser json, String name, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return;
    }
    if (KnownMembers.REMOTE.contains(name)) {
      traits.add(Trait.REMOTE);
      json.skipChildren();
    } else if (name.equals("tools") || name.equals("functions")) {
      toolList(json);
    } else if (KnownMembers.CONTENT.contains(name)) {
      content(json);
    } else if (name.equals("thinking")) {
      thinking(json);
    } else if (name.equals("cache_control")) {
      traits.add(Trait.CACHE_CONTROL);
      json.skipChildren();
    } else if (KnownMembers.HARMLESS.contains(name)) {
      json.skipChildren();
    } else {
      unknown(json, name, value);
    }
  }

  private void unknown(JsonParser json, String name, JsonToken value) throws IOException {
    if (unknown.size() < Demands.MOST_UNKNOWN) {
      unknown.add(name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name);
    }
    if (value.isStructStart() && holdsText(json)) {
      traits.add(Trait.REMOTE);
    }
  }

  /// Passes over a value; whether there is a text in it.
  private static boolean holdsText(JsonParser json) throws IOException {
    int depth = 0;
    boolean text = false;
    JsonToken token = json.currentToken();
    while (true) {
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      text |= token == JsonToken.VALUE_STRING;
      if (depth == 0) {
        return text;
      }
      token = json.nextToken();
    }
  }

  /// Passes over content: a text, a part or item, or a list of them.
  void content(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (token == JsonToken.START_ARRAY) {
      while (json.nextToken() != JsonToken.END_ARRAY) {
        content(json);
      }
    } else if (token == JsonToken.START_OBJECT) {
      judge(part(json));
    }
  }

  /// What was seen in one object.
  private static final class Part {
    private @Nullable String type;
    private @Nullable Part source;

    /// Whether it names something that lies elsewhere.
    private boolean elsewhere;

    private boolean url;
    private boolean image;

    private boolean id;

    /// Whether anything in it says what it is, beside a type.
    private boolean says;

    private long binary;
    private long maxUses;
  }

  private Part part(JsonParser json) throws IOException {
    Part part = new Part();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (value != JsonToken.VALUE_NULL) {
        member(json, name, value, part);
      }
    }
    return part;
  }

  private void member(JsonParser json, String name, JsonToken value, Part part) throws IOException {
    switch (name) {
      case "type" -> part.type = text(json, value);
      case "source", "file", "input_audio" -> part.source = nested(json, value, part);
      case "image_url" -> {
        part.image = true;
        part.source = nested(json, value, part);
      }
      case "url" -> note(json, value, part);
      case "audio" -> {
        // An earlier answer's sound, by its id.
        part.elsewhere = true;
        json.skipChildren();
      }
      case "data", "file_data" -> part.binary += length(json, value);
      case "cache_control", "prompt_cache_breakpoint" -> {
        traits.add(Trait.CACHE_CONTROL);
        json.skipChildren();
      }
      case "max_uses" -> part.maxUses = number(json, value);
      default -> {
        boolean says = KnownMembers.SAYS.contains(name);
        part.id |= name.equals("id");
        part.says |= says;
        if (KnownMembers.OPAQUE.contains(name)) {
          json.skipChildren();
        } else if (value.isStructStart()) {
          content(json);
        } else if (!says && KnownMembers.isReference(name)) {
          part.elsewhere = true;
        }
      }
    }
  }

  private @Nullable Part nested(JsonParser json, JsonToken value, Part part) throws IOException {
    if (value == JsonToken.START_OBJECT) {
      return part(json);
    }
    note(json, value, part);
    return null;
  }

  /// A URL that holds its data itself, or leads elsewhere.
  private static void note(JsonParser json, JsonToken value, Part part) throws IOException {
    if (value != JsonToken.VALUE_STRING) {
      json.skipChildren();
    } else if (json.getTextLength() > 5
        && new String(json.getTextCharacters(), json.getTextOffset(), 5).equals("data:")) {
      part.binary += json.getTextLength();
    } else {
      part.url = true;
    }
  }

  private static long length(JsonParser json, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      return json.getTextLength();
    }
    json.skipChildren();
    return 0;
  }

  private void judge(Part part) {
    String type = part.type;
    Part source = part.source;
    boolean elsewhere = part.elsewhere || source != null && (source.elsewhere || source.id);
    long binary = part.binary + (source == null ? 0 : source.binary);
    boolean isImage = "image".equals(type) || "input_image".equals(type);
    if (part.image || isImage) {
      // Wherever a picture lies, the allowance of one covers it.
      images++;
      binaryBytes += binary;
    }
    if (isImage || part.image && (type == null || type.equals("image_url"))) {
      return;
    }
    if (type == null) {
      // A message, the inside of a part, or an item that is named by its id only.
      remoteIf(elsewhere || part.url || part.id && !part.says);
    } else if (type.equals("input_audio")) {
      audios++;
      traits.add(Trait.OTHER_MEDIA);
      remoteIf(elsewhere || part.url);
    } else if (KnownMembers.DOCUMENTS.contains(type)) {
      boolean inline = source != null && KnownMembers.INLINE.contains(String.valueOf(source.type));
      documents += inline ? 0 : 1;
      remoteIf(elsewhere || part.url || source != null && source.url);
    } else if (KnownMembers.PARTS.contains(type)) {
      // The source of a search result is only its name.
      boolean named = part.url && !type.equals("search_result");
      remoteIf(elsewhere || named || source != null && source.url);
    } else {
      traits.add(Trait.REMOTE);
    }
  }

  private void remoteIf(boolean remote) {
    if (remote) {
      traits.add(Trait.REMOTE);
    }
  }

  private void toolList(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      remoteIf(json.currentToken().isStructStart());
      json.skipChildren();
      return;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      traits.add(Trait.TOOLS);
      if (json.currentToken() == JsonToken.START_OBJECT) {
        tool(part(json));
      } else {
        json.skipChildren();
      }
    }
  }

  private void tool(Part part) {
    String type = part.type == null ? "" : part.type;
    if (type.startsWith("web_search")
        || type.startsWith("web_fetch")
        || type.equals("file_search")) {
      searches(part.maxUses);
    } else if (type.equals("image_generation")) {
      traits.add(Trait.OTHER_MEDIA);
      traits.add(Trait.REMOTE);
    } else {
      remoteIf(!KnownMembers.isOwnTool(type));
    }
  }

  private void thinking(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      boolean budget = "budget_tokens".equals(json.currentName());
      JsonToken value = json.nextToken();
      if (budget) {
        thinking = Math.max(thinking, number(json, value));
      }
      json.skipChildren();
    }
  }

  private static @Nullable String text(JsonParser json, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      return json.getText();
    }
    json.skipChildren();
    return null;
  }

  private static long number(JsonParser json, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NUMBER_INT && json.getBigIntegerValue().bitLength() < 40) {
      return json.getLongValue();
    }
    json.skipChildren();
    return 0;
  }

  /// @param leastCap the lowest output cap that the dialect allows
  Demands demands(long leastCap, int choices, Demands.Caps caps) {
    long calls = maxToolCalls < 0 ? toolCalls : Math.min(toolCalls, maxToolCalls);
    if (caps.names().isEmpty() && isPlain() && choices == 1 && leastCap == 1) {
      return Demands.NONE;
    }
    // A model that thinks needs one token more than it may think.
    long least = leastCap > 1 ? leastCap : thinking + 1;
    Demands.Parts parts =
        images + audios + documents == 0
            ? Demands.Parts.NONE
            : new Demands.Parts(images, audios, documents, binaryBytes);
    return new Demands(
        caps, least, Math.max(choices, bestOf) * prompts, calls, parts, traits, region, unknown);
  }

  private boolean isPlain() {
    return traits.isEmpty()
        && unknown.isEmpty()
        && images + audios + documents == 0
        && toolCalls == 0
        && thinking == 0
        && bestOf == 1
        && prompts == 1
        && region == null;
  }
}
