package dev.tollgate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.tollgate.proto.Comments;
import dev.tollgate.proto.Fields;
import dev.tollgate.proto.Fields.Form;
import dev.tollgate.proto.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.OptionSpec;

/// A field of a request as an option. The fields of a nested object stand behind its name:
/// `--budget-limit`.
///
/// @param path the fields that lead to it
record Flag(List<FieldDescriptor> path) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// The options of an operation, in the order of the contract.
  static List<Flag> of(Operation operation) {
    FieldDescriptor mask = Operation.mask(operation.request());
    List<Flag> flags = new ArrayList<>();
    for (FieldDescriptor field : operation.request().getFields()) {
      if (!operation.pathFields().contains(field) && !field.equals(mask)) {
        collect(flags, List.of(field));
      }
    }
    return flags;
  }

  private static void collect(List<Flag> flags, List<FieldDescriptor> path) {
    FieldDescriptor last = path.getLast();
    if (Fields.form(last) != Form.OBJECT) {
      flags.add(new Flag(path));
      return;
    }
    for (FieldDescriptor field : last.getMessageType().getFields()) {
      List<FieldDescriptor> longer = new ArrayList<>(path);
      longer.add(field);
      collect(flags, longer);
    }
  }

  /// `--budget-limit`.
  String name() {
    return "--" + String.join("-", path.stream().map(each -> kebab(each.getName())).toList());
  }

  static String kebab(String text) {
    return text.replaceAll("([a-z0-9])([A-Z])", "$1-$2").replace('_', '-').toLowerCase(Locale.ROOT);
  }

  private FieldDescriptor leaf() {
    return path.getLast();
  }

  OptionSpec option(Comments comments) {
    OptionSpec.Builder option =
        OptionSpec.builder(name())
            .description(description(comments))
            .required(path.size() == 1 && Fields.isRequired(leaf()));
    return switch (Fields.form(leaf())) {
      case MAP ->
          option
              .type(Map.class)
              .auxiliaryTypes(String.class, String.class)
              .paramLabel("NAME=VALUE")
              .build();
      case LIST ->
          option
              .type(List.class)
              .auxiliaryTypes(String.class)
              .splitRegex(",")
              .paramLabel("VALUE")
              .build();
      case OBJECTS, JSON -> option.type(String.class).paramLabel("JSON").build();
      case TEXT, NUMBER, BOOLEAN, OBJECT -> option.type(String.class).paramLabel(label()).build();
    };
  }

  private String label() {
    List<String> words = Fields.words(leaf());
    if (!words.isEmpty()) {
      return String.join("|", words);
    }
    return switch (Fields.form(leaf())) {
      case NUMBER -> "NUMBER";
      case BOOLEAN -> "true|false";
      default -> "VALUE";
    };
  }

  private String description(Comments comments) {
    String limits = Fields.limits(leaf());
    String text = comments.of(leaf()) + (limits.isEmpty() ? "" : " (" + limits + ")");
    return text.replace("%", "%%").strip();
  }

  /// Puts a value into a request.
  ///
  /// @param value what the parser made of it: a text, a list or a map
  void put(ObjectNode request, Object value) {
    ObjectNode object = request;
    for (FieldDescriptor each : path.subList(0, path.size() - 1)) {
      object = object.withObjectProperty(each.getName());
    }
    object.set(leaf().getName(), json(value));
  }

  private JsonNode json(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        ObjectNode object = NODES.objectNode();
        map.forEach(
            (key, each) ->
                object.set(String.valueOf(key), scalar(Fields.valueOf(leaf()), (String) each)));
        yield object;
      }
      case List<?> list -> {
        ArrayNode array = NODES.arrayNode();
        list.forEach(each -> array.add(scalar(Fields.entry(leaf()), ((String) each).strip())));
        yield array;
      }
      default -> scalar(Fields.form(leaf()), String.valueOf(value));
    };
  }

  /// What is no number or truth value is sent as the text it is: the gateway says what is wrong.
  private JsonNode scalar(Form form, String text) {
    return switch (form) {
      case NUMBER ->
          text.matches("-?\\d{1,18}") ? NODES.numberNode(Long.parseLong(text)) : text(text);
      case BOOLEAN ->
          text.equals("true") || text.equals("false")
              ? NODES.booleanNode(Boolean.parseBoolean(text))
              : text(text);
      case OBJECTS, JSON -> parsed(text);
      case TEXT, MAP, LIST, OBJECT -> text(text);
    };
  }

  private static JsonNode text(String text) {
    return NODES.textNode(text);
  }

  private JsonNode parsed(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new CommandFailure(CommandFailure.USAGE, name() + " must be JSON.");
    }
  }
}
