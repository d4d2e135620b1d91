package dev.tollgate.simulated;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.LinkedHashSet;
import java.util.Set;

/// Makes the smallest document that satisfies a JSON schema: required properties, fewest items.
/// Constants, enumerations and defaults win. Patterns are not obeyed. Depth and size are bounded;
/// beyond that, and where a schema refers to itself without end, values are null.
final class Specimen {
  private static final int DEEPEST = 40;
  private static final int MOST_NODES = 5_000;

  private final JsonNode root;
  private int nodes;

  private Specimen(JsonNode root) {
    this.root = root;
  }

  static JsonNode of(JsonNode schema) {
    return new Specimen(schema).make(schema, 0);
  }

  /// A schema with its reference followed, all of `allOf` merged in, and a branch of `anyOf` or
  /// `oneOf` taken.
  private record Plain(ObjectNode keywords, ObjectNode properties, Set<String> required) {
    Plain() {
      this(Json.object(), Json.object(), new LinkedHashSet<>());
    }
  }

  private JsonNode make(JsonNode given, int depth) {
    if (depth > DEEPEST || ++nodes > MOST_NODES) {
      return NullNode.instance;
    }
    Plain schema = new Plain();
    merge(schema, given, depth, 0);
    ObjectNode keywords = schema.keywords();
    if (keywords.has("const")) {
      return keywords.get("const");
    }
    if (!keywords.path("enum").isEmpty()) {
      return keywords.get("enum").get(0);
    }
    if (keywords.has("default")) {
      return keywords.get("default");
    }
    return switch (type(schema)) {
      case "object" -> members(schema, depth);
      case "array" -> items(keywords, depth);
      case "integer" -> SpecimenScalars.integer(keywords);
      case "number" -> SpecimenScalars.number(keywords);
      case "boolean" -> BooleanNode.TRUE;
      case "null" -> NullNode.instance;
      default -> TextNode.valueOf(SpecimenScalars.text(keywords));
    };
  }

  private void merge(Plain into, JsonNode from, int depth, int hops) {
    if (!from.isObject() || hops > DEEPEST || ++nodes > MOST_NODES) {
      return;
    }
    merge(into, target(from.path("$ref")), depth, hops + 1);
    from.path("allOf").forEach(part -> merge(into, part, depth, hops + 1));
    merge(into, branch(from.path("anyOf"), depth), depth, hops + 1);
    merge(into, branch(from.path("oneOf"), depth), depth, hops + 1);
    into.keywords().setAll((ObjectNode) from);
    if (from.path("properties") instanceof ObjectNode properties) {
      into.properties().setAll(properties);
    }
    from.path("required").forEach(name -> into.required().add(name.asText()));
  }

  /// The first branch; deep down one that ends the document, so that lists come to an end.
  private static JsonNode branch(JsonNode branches, int depth) {
    if (depth > 3) {
      for (JsonNode branch : branches) {
        if (branch.path("type").asText().equals("null")) {
          return branch;
        }
      }
    }
    return branches.path(0);
  }

  private JsonNode target(JsonNode reference) {
    String text = reference.asText();
    if (!text.startsWith("#")) {
      return MissingNode.getInstance();
    }
    try {
      return root.at(JsonPointer.compile(text.substring(1)));
    } catch (IllegalArgumentException _) {
      return MissingNode.getInstance();
    }
  }

  private static String type(Plain schema) {
    ObjectNode keywords = schema.keywords();
    JsonNode type = keywords.path("type");
    if (type.isTextual()) {
      return type.textValue();
    }
    for (JsonNode option : type) {
      if (!option.asText().equals("null")) {
        return option.asText();
      }
    }
    if (!schema.properties().isEmpty() || !schema.required().isEmpty()) {
      return "object";
    }
    return keywords.has("items") || keywords.has("prefixItems") ? "array" : "string";
  }

  private JsonNode members(Plain schema, int depth) {
    ObjectNode object = Json.object();
    for (String name : schema.required()) {
      object.set(name, make(schema.properties().path(name), depth + 1));
    }
    return object;
  }

  private JsonNode items(JsonNode schema, int depth) {
    ArrayNode array = Json.array();
    int size = Math.min(schema.path("minItems").asInt(0), MOST_NODES);
    JsonNode first = schema.path("prefixItems");
    for (int i = 0; i < size && nodes <= MOST_NODES; i++) {
      array.add(make(i < first.size() ? first.get(i) : schema.path("items"), depth + 1));
    }
    return array;
  }
}
