package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The members of a JSON object, read one by one. Every error names the field; a member that
/// nothing asked for is an error too, so that a misspelt one is never silently ignored.
final class Fields {
  private final ObjectNode node;
  private final String path;
  private final Set<String> asked = new HashSet<>();

  Fields(ObjectNode node) {
    this(node, "");
  }

  private Fields(ObjectNode node, String path) {
    this.node = node;
    this.path = path;
  }

  boolean has(String name) {
    asked.add(name);
    return node.has(name);
  }

  boolean isNull(String name) {
    return value(name) == null;
  }

  String text(String name) {
    String text = textOrNull(name);
    if (text == null) {
      throw Problem.invalid(path + name, path + name + " is required.");
    }
    return text;
  }

  @Nullable String textOrNull(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return null;
    }
    require(value.isTextual(), name, "a string");
    if (!isStorable(value.asText())) {
      throw Problem.invalid(path + name, path + name + " must not hold the character NUL.");
    }
    return value.asText();
  }

  /// Reads text by a function that throws [IllegalArgumentException] with a reason.
  <T> T parsed(String name, Function<String, T> parse) {
    return parse(name, text(name), parse);
  }

  <T> @Nullable T parsedOrNull(String name, Function<String, T> parse) {
    String text = textOrNull(name);
    return text == null ? null : parse(name, text, parse);
  }

  boolean flag(String name, boolean otherwise) {
    JsonNode value = value(name);
    if (value == null) {
      return otherwise;
    }
    require(value.isBoolean(), name, "true or false");
    return value.asBoolean();
  }

  int number(String name, int otherwise) {
    JsonNode value = value(name);
    if (value == null) {
      return otherwise;
    }
    require(value.isInt(), name, "an integer");
    return value.asInt();
  }

  long longNumber(String name, long otherwise) {
    JsonNode value = value(name);
    if (value == null) {
      return otherwise;
    }
    require(value.isIntegralNumber() && value.canConvertToLong(), name, "an integer");
    return value.asLong();
  }

  @Nullable Instant timeOrNull(String name) {
    return parsedOrNull(name, Fields::time);
  }

  Duration duration(String name, Duration otherwise) {
    Duration value = parsedOrNull(name, Fields::duration);
    return value == null ? otherwise : value;
  }

  @Nullable URI urlOrNull(String name) {
    return parsedOrNull(name, Fields::url);
  }

  <T> @Nullable List<T> listOrNull(String name, Function<String, T> parse) {
    JsonNode value = value(name);
    if (value == null) {
      return null;
    }
    require(value.isArray(), name, "an array of strings");
    List<T> list = new ArrayList<>();
    for (JsonNode each : value) {
      require(
          each.isTextual() && isStorable(each.asText()), name, "an array of strings without NUL");
      list.add(parse(name, each.asText(), parse));
    }
    return list;
  }

  @Nullable List<Integer> numbersOrNull(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return null;
    }
    require(value.isArray(), name, "an array of integers");
    List<Integer> list = new ArrayList<>();
    for (JsonNode each : value) {
      require(each.isInt(), name, "an array of integers");
      list.add(each.asInt());
    }
    return list;
  }

  Map<String, String> map(String name) {
    Map<String, String> map = new LinkedHashMap<>();
    JsonNode value = value(name);
    if (value != null) {
      require(value.isObject(), name, "an object of strings");
      for (Map.Entry<String, JsonNode> each : value.properties()) {
        require(
            each.getValue().isTextual()
                && isStorable(each.getKey())
                && isStorable(each.getValue().asText()),
            name,
            "an object of strings without NUL");
        map.put(each.getKey(), each.getValue().asText());
      }
    }
    return map;
  }

  /// A nested object, empty when absent.
  Fields object(String name) {
    JsonNode value = value(name);
    if (value == null) {
      return new Fields(Json.object(), path + name + ".");
    }
    require(value.isObject(), name, "an object");
    return new Fields((ObjectNode) value, path + name + ".");
  }

  List<Fields> objects(String name) {
    JsonNode value = value(name);
    if (value == null) {
      throw Problem.invalid(path + name, path + name + " is required.");
    }
    require(value.isArray(), name, "an array of objects");
    List<Fields> list = new ArrayList<>();
    for (JsonNode each : value) {
      require(each.isObject(), name, "an array of objects");
      list.add(new Fields((ObjectNode) each, path + name + "[" + list.size() + "]."));
    }
    return list;
  }

  /// PostgreSQL keeps neither NUL nor halves of surrogate pairs.
  static boolean isStorable(String text) {
    return text.indexOf(0) < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /// Refuses members that were not asked for.
  void done() {
    for (Map.Entry<String, JsonNode> each : node.properties()) {
      if (!asked.contains(each.getKey())) {
        throw Problem.invalid(
            path + each.getKey(), "There is no field '" + path + each.getKey() + "'.");
      }
    }
  }

  static Instant time(String text) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      if (time.getYear() < 1 || time.getYear() > 9_999) {
        throw new IllegalArgumentException("must be in the years 1 to 9999");
      }
      return time.toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("must be an RFC 3339 time, 2026-11-24T00:00:00Z", e);
    }
  }

  static Duration duration(String text) {
    try {
      return Duration.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("must be an ISO 8601 duration, PT30M", e);
    }
  }

  private static URI url(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("must be a URL", e);
    }
  }

  private @Nullable JsonNode value(String name) {
    asked.add(name);
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  private <T> T parse(String name, String text, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      String reason = String.valueOf(e.getMessage());
      String detail = reason.startsWith(name) ? reason : path + name + ": " + reason;
      throw Problem.invalid(path + name, detail + ".");
    }
  }

  private void require(boolean holds, String name, String what) {
    if (!holds) {
      throw Problem.invalid(path + name, path + name + " must be " + what + ".");
    }
  }
}
