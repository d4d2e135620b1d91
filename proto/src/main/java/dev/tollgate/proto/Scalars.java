package dev.tollgate.proto;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.tollgate.proto.v1.FieldRule;
import dev.tollgate.proto.v1.OptionsProto;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.regex.Pattern;

/// Values that one text can stand for, in JSON, in a query, in a path and on the command line.
public final class Scalars {
  static final long FIRST_SECOND = -62_135_596_800L;
  static final long LAST_SECOND = 253_402_300_799L;
  static final long LONGEST_SECONDS = 315_576_000_000L;

  /// As in JSON: Java would take a plus and the digits of other scripts too.
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");

  private Scalars() {}

  /// The words of an enum field.
  public static List<String> words(FieldDescriptor field) {
    return List.copyOf(Shapes.words(field.getEnumType()).byWord().keySet());
  }

  /// Adds an entry to a map.
  public static void entry(String name, String text, Message.Builder into, FieldDescriptor field) {
    Message.Builder entry = into.newBuilderForField(field);
    FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
    entry.setField(field.getMessageType().findFieldByNumber(1), name);
    entry.setField(value, read(text, value, field.getName() + "." + name));
    into.addRepeatedField(field, entry.build());
  }

  static Object read(String text, FieldDescriptor field, String path) {
    return switch (field.getJavaType()) {
      case STRING -> {
        requireStorable(text, path);
        yield text;
      }
      case BOOLEAN -> {
        if (!text.equals("true") && !text.equals("false")) {
          throw new InvalidRequest(path, path + " must be true or false.");
        }
        yield text.equals("true");
      }
      case INT -> Math.toIntExact(integer(text, field, Integer.MIN_VALUE, Integer.MAX_VALUE, path));
      case LONG -> integer(text, field, Long.MIN_VALUE, Long.MAX_VALUE, path);
      case ENUM -> word(text, field, path);
      case MESSAGE ->
          switch (Shapes.plan(field.getMessageType()).kind()) {
            case TIME -> time(text, path);
            case DURATION -> duration(text, path);
            case LIST, JSON, OBJECT -> throw noForm(field);
          };
      case FLOAT, DOUBLE, BYTE_STRING -> throw noForm(field);
    };
  }

  private static long integer(
      String text, FieldDescriptor field, long least, long most, String path) {
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most && INTEGER.matcher(text).matches()) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, like a number out of range.
    }
    throw new InvalidRequest(path, path + " must be " + range(field) + ".");
  }

  /// What a number must be.
  static String range(FieldDescriptor field) {
    return range(field.getOptions().getExtension(OptionsProto.field));
  }

  static String range(FieldRule rule) {
    if (rule.getValuesCount() > 0) {
      return Shapes.choice(rule.getValuesList());
    }
    if (rule.hasMin() && rule.hasMax()) {
      return "an integer between " + rule.getMin() + " and " + rule.getMax();
    }
    return rule.hasMin() ? "an integer of at least " + rule.getMin() : "an integer";
  }

  private static EnumValueDescriptor word(String text, FieldDescriptor field, String path) {
    EnumValueDescriptor value = Shapes.words(field.getEnumType()).byWord().get(text);
    if (value == null) {
      throw unknownWord(field, path);
    }
    return value;
  }

  static InvalidRequest unknownWord(FieldDescriptor field, String path) {
    return new InvalidRequest(path, path + " must be " + Shapes.choice(words(field)) + ".");
  }

  private static Message time(String text, String path) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      if (time.getYear() >= 1 && time.getYear() <= 9_999) {
        Instant instant = time.toInstant();
        return com.google.protobuf.Timestamp.newBuilder()
            .setSeconds(instant.getEpochSecond())
            .setNanos(instant.getNano())
            .build();
      }
    } catch (DateTimeException e) {
      throw new InvalidRequest(path, path + " must be an RFC 3339 time, 2026-11-24T00:00:00Z.");
    }
    throw new InvalidRequest(path, path + " must be in the years 1 to 9999.");
  }

  private static Message duration(String text, String path) {
    try {
      Duration duration = Duration.parse(text);
      if (duration.abs().toSeconds() <= LONGEST_SECONDS) {
        // Both parts have the sign of the whole; Java's nanoseconds are never negative.
        long seconds = duration.toMillis() / 1_000;
        return com.google.protobuf.Duration.newBuilder()
            .setSeconds(seconds)
            .setNanos(Math.toIntExact(duration.minusSeconds(seconds).toNanos()))
            .build();
      }
    } catch (DateTimeException | ArithmeticException e) {
      // Said below, like one that is too long.
    }
    throw new InvalidRequest(path, path + " must be an ISO 8601 duration, PT30M.");
  }

  /// PostgreSQL keeps neither NUL nor halves of surrogate pairs.
  static void requireStorable(String text, String path) {
    if (text.indexOf(0) >= 0) {
      throw new InvalidRequest(path, path + " must not hold the character NUL.");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new InvalidRequest(path, path + " must not hold half of a surrogate pair.");
    }
  }

  static IllegalStateException noForm(FieldDescriptor field) {
    return new IllegalStateException(field.getFullName() + " has no form in JSON");
  }
}
