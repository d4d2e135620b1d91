package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The fields of a JSON object in a request. Reading one that is not what it should be throws
/// [Rejected] with its path.
///
/// @param path what stands before the name of a field, such as `messages[0].`
record Fields(JsonNode node, String path) {
  private static final String OBJECT = "an object";
  private static final String STRING = "a string";

  /// The value of a field, or null when it is absent or JSON null.
  @Nullable JsonNode find(String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value;
  }

  JsonNode need(String name) {
    JsonNode value = find(name);
    if (value == null) {
      throw missing(name);
    }
    return value;
  }

  boolean has(String name) {
    return find(name) != null;
  }

  @Nullable String text(String name) {
    JsonNode value = find(name);
    if (value != null && !value.isTextual()) {
      throw wrongType(name, STRING);
    }
    return value == null ? null : value.textValue();
  }

  String needText(String name) {
    String text = text(name);
    if (text == null) {
      throw missing(name);
    }
    return text;
  }

  boolean flag(String name) {
    JsonNode value = find(name);
    if (value != null && !value.isBoolean()) {
      throw wrongType(name, "a boolean");
    }
    return value != null && value.booleanValue();
  }

  /// Refuses anything but a number in a field that has no effect here.
  void checkNumber(String name) {
    JsonNode value = find(name);
    if (value != null && !value.isNumber()) {
      throw wrongType(name, "a number");
    }
  }

  int integer(String name, int lowest, int highest, int absent) {
    JsonNode value = find(name);
    if (value == null) {
      return absent;
    }
    if (!value.isIntegralNumber()) {
      throw wrongType(name, "an integer");
    }
    if (!value.canConvertToInt() || value.intValue() > highest) {
      String why = "the highest possible value is " + highest;
      throw invalid(Rejection.Fault.VALUE, name, "integer_above_max_value", why);
    }
    if (value.intValue() < lowest) {
      String why = "the lowest possible value is " + lowest;
      throw invalid(Rejection.Fault.VALUE, name, "integer_below_min_value", why);
    }
    return value.intValue();
  }

  @Nullable Fields object(String name) {
    JsonNode value = find(name);
    if (value != null && !value.isObject()) {
      throw wrongType(name, OBJECT);
    }
    return value == null ? null : new Fields(value, path + name + ".");
  }

  Fields needObject(String name) {
    Fields object = object(name);
    if (object == null) {
      throw missing(name);
    }
    return object;
  }

  /// The objects of an array; none when it is absent.
  List<Fields> objects(String name) {
    JsonNode value = find(name);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrongType(name, "an array of objects");
    }
    List<Fields> objects = new ArrayList<>(value.size());
    for (JsonNode element : value) {
      String at = name + "[" + objects.size() + "]";
      if (!element.isObject()) {
        throw wrongType(at, OBJECT);
      }
      objects.add(new Fields(element, path + at + "."));
    }
    return objects;
  }

  /// The objects of an array with at least one.
  List<Fields> needObjects(String name) {
    need(name);
    List<Fields> objects = objects(name);
    if (objects.isEmpty()) {
      throw wrongValue(name, "at least one element is needed");
    }
    return objects;
  }

  /// A string or an array of strings; none when it is absent.
  List<String> texts(String name) {
    JsonNode value = find(name);
    if (value == null) {
      return List.of();
    }
    if (value.isTextual()) {
      return List.of(value.textValue());
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : value) {
      texts.add(element.isTextual() ? element.textValue() : "");
    }
    if (!value.isArray() || value.valueStream().anyMatch(element -> !element.isTextual())) {
      throw wrongType(name, "a string or an array of strings");
    }
    return texts;
  }

  Rejected missing(String name) {
    return invalid(Rejection.Fault.MISSING, name, "", "");
  }

  Rejected wrongType(String name, String expected) {
    return invalid(Rejection.Fault.TYPE, name, "", expected);
  }

  Rejected wrongValue(String name, String why) {
    return invalid(Rejection.Fault.VALUE, name, "", why);
  }

  Rejected unsupported(String name) {
    return invalid(Rejection.Fault.UNSUPPORTED, name, "", "");
  }

  /// Refuses members that this provider could only ignore. A value that changes nothing passes.
  void refuse(String... names) {
    for (String name : names) {
      JsonNode value = find(name);
      boolean idle = value == null || value.isBoolean() && !value.booleanValue() || isZero(value);
      if (!idle) {
        throw unsupported(name);
      }
    }
  }

  private static boolean isZero(JsonNode value) {
    return value.isNumber() && value.doubleValue() == 0
        || value.isContainerNode() && value.isEmpty();
  }

  /// A refusal in words of its own.
  Rejected refused(String name, String message) {
    return new Rejected(new Rejection.Refused(400, path + name, message));
  }

  Rejected invalid(Rejection.Fault fault, String name, String code, String detail) {
    return new Rejected(new Rejection.Invalid(fault, path + name, code, detail));
  }
}
