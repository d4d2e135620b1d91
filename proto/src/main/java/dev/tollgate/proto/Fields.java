package dev.tollgate.proto;

import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.tollgate.proto.v1.FieldRule;
import dev.tollgate.proto.v1.OptionsProto;
import java.util.ArrayList;
import java.util.List;

/// What a client must know of a field to write it: the rest is checked where the request arrives.
public final class Fields {
  private Fields() {}

  /// How a field stands in JSON.
  public enum Form {
    TEXT,
    NUMBER,
    BOOLEAN,
    /// A map of texts or numbers.
    MAP,
    /// One or more scalars.
    LIST,
    /// One or more objects.
    OBJECTS,
    OBJECT,
    /// Any JSON.
    JSON
  }

  public static Form form(FieldDescriptor field) {
    if (field.isMapField()) {
      return Form.MAP;
    }
    Form one = one(field);
    if (!field.isRepeated()) {
      return one;
    }
    return one == Form.OBJECT ? Form.OBJECTS : Form.LIST;
  }

  private static Form one(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT, LONG -> Form.NUMBER;
      case BOOLEAN -> Form.BOOLEAN;
      case STRING, ENUM, FLOAT, DOUBLE, BYTE_STRING -> Form.TEXT;
      case MESSAGE ->
          switch (Shapes.plan(field.getMessageType()).kind()) {
            case LIST -> Form.LIST;
            case JSON -> Form.JSON;
            case TIME, DURATION -> Form.TEXT;
            case OBJECT -> Form.OBJECT;
          };
    };
  }

  /// The form of each entry of a list.
  public static Form entry(FieldDescriptor list) {
    return list.isRepeated() ? one(list) : one(list.getMessageType().getFields().getFirst());
  }

  /// The form of each value of a map.
  public static Form valueOf(FieldDescriptor map) {
    return one(map.getMessageType().findFieldByName("value"));
  }

  public static boolean isRequired(FieldDescriptor field) {
    return ofField(field).getRequired();
  }

  private static FieldRule ofField(FieldDescriptor field) {
    return field.getOptions().getExtension(OptionsProto.field);
  }

  /// The only words that a field takes; empty when it takes others too.
  public static List<String> words(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.ENUM
        ? List.copyOf(Shapes.words(field.getEnumType()).byWord().keySet())
        : words(ofField(field));
  }

  static List<String> words(FieldRule rule) {
    return rule.getWordsList().stream().filter(each -> !each.isEmpty()).toList();
  }

  /// What a value may be, `1 to 100 characters`; empty when nothing is said.
  public static String limits(FieldDescriptor field) {
    FieldRule rule = ofField(field);
    List<String> limits = new ArrayList<>();
    if (rule.hasMaxItems()) {
      limits.add(Checks.items(rule));
    }
    if (rule.hasMaxLength()) {
      limits.add(Checks.characters(rule));
    }
    if (rule.hasMin() || rule.hasMax() || rule.getValuesCount() > 0) {
      limits.add(Scalars.range(rule));
    }
    if (!rule.getMaxDuration().isEmpty()) {
      limits.add(Checks.durations(rule));
    }
    return String.join(", ", limits);
  }
}
