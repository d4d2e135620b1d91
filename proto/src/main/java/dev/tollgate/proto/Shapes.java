package dev.tollgate.proto;

import com.fasterxml.jackson.core.io.SerializedString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Timestamp;
import dev.tollgate.proto.v1.FieldRule;
import dev.tollgate.proto.v1.OptionsProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// How messages stand in JSON, worked out once for each of them.
final class Shapes {
  private static final Map<Descriptor, Plan> PLANS = new ConcurrentHashMap<>();
  private static final Map<EnumDescriptor, Words> WORDS = new ConcurrentHashMap<>();

  private Shapes() {}

  enum Kind {
    OBJECT,
    LIST,
    JSON,
    TIME,
    DURATION
  }

  /// A message.
  record Plan(Kind kind, List<Member> members, Map<String, Member> byName) {}

  /// A field, its name ready to be written.
  record Member(FieldDescriptor field, SerializedString name, FieldRule rule) {}

  /// The words of an enum: its names without the prefix, in lower case.
  record Words(Map<String, EnumValueDescriptor> byWord, Map<Integer, String> byNumber) {}

  static Plan plan(Descriptor type) {
    Plan plan = PLANS.get(type);
    return plan == null ? PLANS.computeIfAbsent(type, Shapes::make) : plan;
  }

  static Words words(EnumDescriptor type) {
    Words words = WORDS.get(type);
    return words == null ? WORDS.computeIfAbsent(type, Shapes::makeWords) : words;
  }

  static @Nullable String word(EnumValueDescriptor value) {
    return words(value.getType()).byNumber().get(value.getNumber());
  }

  private static Plan make(Descriptor type) {
    List<Member> members = new ArrayList<>();
    Map<String, Member> byName = new HashMap<>();
    for (FieldDescriptor field : type.getFields()) {
      Member member =
          new Member(
              field,
              new SerializedString(field.getName()),
              field.getOptions().getExtension(OptionsProto.field));
      byName.put(field.getName(), member);
      if (!isMask(field)) {
        members.add(member);
      }
    }
    return new Plan(kind(type), List.copyOf(members), Map.copyOf(byName));
  }

  /// `a, b or c`, in the order of the file.
  static String choice(Collection<?> values) {
    List<String> texts = values.stream().map(String::valueOf).toList();
    return texts.size() < 2
        ? String.join("", texts)
        : String.join(", ", texts.subList(0, texts.size() - 1)) + " or " + texts.getLast();
  }

  static boolean isMask(FieldDescriptor field) {
    return field.getType() == FieldDescriptor.Type.MESSAGE
        && field.getMessageType().getFullName().equals(FieldMask.getDescriptor().getFullName());
  }

  private static Kind kind(Descriptor type) {
    String name = type.getFullName();
    if (name.equals(Timestamp.getDescriptor().getFullName())) {
      return Kind.TIME;
    }
    if (name.equals(Duration.getDescriptor().getFullName())) {
      return Kind.DURATION;
    }
    return switch (type.getOptions().getExtension(OptionsProto.shape)) {
      case SHAPE_LIST -> Kind.LIST;
      case SHAPE_JSON -> Kind.JSON;
      case SHAPE_UNSPECIFIED, UNRECOGNIZED -> Kind.OBJECT;
    };
  }

  private static Words makeWords(EnumDescriptor type) {
    String prefix =
        type.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT) + "_";
    Map<String, EnumValueDescriptor> byWord = new LinkedHashMap<>();
    Map<Integer, String> byNumber = new HashMap<>();
    for (EnumValueDescriptor value : type.getValues()) {
      if (value.getNumber() != 0) {
        String word = value.getName().substring(prefix.length()).toLowerCase(Locale.ROOT);
        byWord.put(word, value);
        byNumber.put(value.getNumber(), word);
      }
    }
    return new Words(byWord, Map.copyOf(byNumber));
  }
}
