package dev.tollgate.proto;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import dev.tollgate.proto.Shapes.Member;
import dev.tollgate.proto.v1.FieldRule;
import java.time.Duration;
import java.util.List;

/// What the contract says about a request beyond its form, checked alike for every surface:
/// required fields, lengths and ranges, words of enums, and that nothing unknown was sent.
public final class Checks {
  private Checks() {}

  /// @throws InvalidRequest naming the field and what it must be
  public static void check(Message request) {
    check(request, "");
  }

  private static void check(Message message, String path) {
    if (!message.getUnknownFields().asMap().isEmpty()) {
      int number = message.getUnknownFields().asMap().keySet().iterator().next();
      throw new InvalidRequest(
          path + number,
          "There is no field with number "
              + number
              + (path.isEmpty() ? "." : " in " + path.substring(0, path.length() - 1) + "."));
    }
    for (Member member : Shapes.plan(message.getDescriptorForType()).members()) {
      FieldDescriptor field = member.field();
      String name = path + field.getName();
      if (field.isRepeated()) {
        entries(field, member.rule(), (List<?>) message.getField(field), name);
      } else if (message.hasField(field)) {
        value(field, member.rule(), message.getField(field), name);
      } else if (member.rule().getRequired()) {
        throw new InvalidRequest(name, name + " is required.");
      }
    }
  }

  private static void entries(FieldDescriptor field, FieldRule rule, List<?> values, String path) {
    if (rule.getRequired() && values.isEmpty() && !rule.hasMinItems()) {
      throw new InvalidRequest(path, path + " is required.");
    }
    boolean few = rule.getRequired() && values.size() < rule.getMinItems();
    if (few || (rule.hasMaxItems() && values.size() > rule.getMaxItems())) {
      throw new InvalidRequest(path, path + " must have " + items(rule) + ".");
    }
    for (int i = 0; i < values.size(); i++) {
      if (field.isMapField()) {
        pair(rule, (Message) values.get(i), path);
      } else {
        value(field, rule, values.get(i), path + "[" + i + "]");
      }
    }
  }

  static String items(FieldRule rule) {
    return rule.getMinItems() == 0
        ? "at most " + rule.getMaxItems() + " entries"
        : rule.getMinItems() + " to " + rule.getMaxItems() + " entries";
  }

  private static void pair(FieldRule rule, Message pair, String path) {
    FieldDescriptor key = pair.getDescriptorForType().findFieldByNumber(1);
    FieldDescriptor value = pair.getDescriptorForType().findFieldByNumber(2);
    String name = (String) pair.getField(key);
    Scalars.requireStorable(name, path);
    if (rule.hasMaxKeyLength() && (name.isBlank() || name.length() > rule.getMaxKeyLength())) {
      throw new InvalidRequest(
          path, "Names in " + path + " must have 1 to " + rule.getMaxKeyLength() + " characters.");
    }
    value(value, rule, pair.getField(value), path + "." + name);
  }

  private static void value(FieldDescriptor field, FieldRule rule, Object value, String path) {
    switch (field.getJavaType()) {
      case STRING -> text(rule, (String) value, path);
      case ENUM -> {
        if (Shapes.word((EnumValueDescriptor) value) == null) {
          throw Scalars.unknownWord(field, path);
        }
      }
      case MESSAGE -> message(rule, (Message) value, path);
      case INT, LONG -> number(rule, ((Number) value).longValue(), path);
      case FLOAT, DOUBLE, BOOLEAN, BYTE_STRING -> {}
    }
  }

  private static void message(FieldRule rule, Message value, String path) {
    Shapes.Plan plan = Shapes.plan(value.getDescriptorForType());
    switch (plan.kind()) {
      case TIME -> time(value, path);
      case DURATION -> duration(rule, value, path);
      case LIST -> {
        FieldDescriptor field = plan.members().getFirst().field();
        FieldRule entries = rule.toBuilder().setRequired(rule.getMinItems() > 0).build();
        entries(field, entries, (List<?>) value.getField(field), path);
      }
      case JSON, OBJECT -> check(value, path + ".");
    }
  }

  private static void duration(FieldRule rule, Message value, String path) {
    long seconds = part(value, 1);
    long nanos = part(value, 2);
    if (Math.abs(seconds) > Scalars.LONGEST_SECONDS) {
      throw new InvalidRequest(path, path + " is too long.");
    }
    if (Math.abs(nanos) > 999_999_999 || seconds * nanos < 0) {
      throw new InvalidRequest(path, path + " must have nanos of the sign of its seconds.");
    }
    if (rule.getMaxDuration().isEmpty()) {
      return;
    }
    Duration duration = Duration.ofSeconds(seconds, nanos);
    if (duration.compareTo(Duration.parse(rule.getMinDuration())) < 0
        || duration.compareTo(Duration.parse(rule.getMaxDuration())) > 0) {
      throw new InvalidRequest(path, path + " must be " + durations(rule) + ".");
    }
  }

  static String durations(FieldRule rule) {
    return "between " + rule.getMinDuration() + " and " + rule.getMaxDuration();
  }

  private static void time(Message value, String path) {
    long seconds = part(value, 1);
    long nanos = part(value, 2);
    if (seconds < Scalars.FIRST_SECOND
        || seconds > Scalars.LAST_SECOND
        || nanos < 0
        || nanos > 999_999_999) {
      throw new InvalidRequest(path, path + " must be in the years 1 to 9999.");
    }
  }

  private static long part(MessageOrBuilder message, int number) {
    Object part = message.getField(message.getDescriptorForType().findFieldByNumber(number));
    return ((Number) part).longValue();
  }

  private static void text(FieldRule rule, String text, String path) {
    Scalars.requireStorable(text, path);
    boolean tooShort =
        rule.hasMinLength()
            && (text.length() < rule.getMinLength() || (rule.getMinLength() > 0 && text.isBlank()));
    if (tooShort || (rule.hasMaxLength() && text.length() > rule.getMaxLength())) {
      throw new InvalidRequest(path, path + " must have " + characters(rule) + ".");
    }
    if (rule.getWordsCount() > 0 && !rule.getWordsList().contains(text)) {
      throw new InvalidRequest(path, path + " must be " + Shapes.choice(Fields.words(rule)) + ".");
    }
  }

  static String characters(FieldRule rule) {
    if (rule.getMinLength() == rule.getMaxLength()) {
      return rule.getMaxLength() + " characters";
    }
    return rule.hasMinLength()
        ? rule.getMinLength() + " to " + rule.getMaxLength() + " characters"
        : "at most " + rule.getMaxLength() + " characters";
  }

  private static void number(FieldRule rule, long number, String path) {
    if (rule.getValuesCount() > 0 && !rule.getValuesList().contains(number)) {
      throw new InvalidRequest(path, path + " must be " + Scalars.range(rule) + ".");
    }
    boolean low = rule.hasMin() && number < rule.getMin();
    if (low || (rule.hasMax() && number > rule.getMax())) {
      throw new InvalidRequest(path, path + " must be " + Scalars.range(rule) + ".");
    }
  }
}
