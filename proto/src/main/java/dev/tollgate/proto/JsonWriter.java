package dev.tollgate.proto;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import dev.tollgate.proto.Shapes.Member;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Writes messages as JSON. In an answer every member is there, null when it is not set, but for
/// sparse ones; a request holds what is set, and null for what its mask clears.
public final class JsonWriter {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int USUAL_SIZE = 1024;

  private JsonWriter() {}

  /// An answer.
  public static byte[] bytes(Message message) {
    return written(json -> message(json, message));
  }

  /// An answer as text, for what keeps it.
  public static String text(Message message) {
    return new String(bytes(message), StandardCharsets.UTF_8);
  }

  /// An object that holds one member of an answer.
  public static byte[] only(Message message, String member) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName(member);
    return written(
        json -> {
          json.writeStartObject();
          json.writeFieldName(member);
          value(json, field, message.getField(field));
          json.writeEndObject();
        });
  }

  private interface Part {
    void write(JsonGenerator json) throws IOException;
  }

  private static byte[] written(Part part) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_SIZE);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      part.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void message(JsonGenerator json, MessageOrBuilder message) throws IOException {
    Shapes.Plan plan = Shapes.plan(message.getDescriptorForType());
    switch (plan.kind()) {
      case TIME -> json.writeString(time(message).toString());
      case DURATION ->
          json.writeString(Duration.ofSeconds(part(message, 1), part(message, 2)).toString());
      case JSON -> json.writeRawValue((String) message.getField(only(plan)));
      case LIST -> list(json, only(plan), message);
      case OBJECT -> object(json, plan, message);
    }
  }

  private static void object(JsonGenerator json, Shapes.Plan plan, MessageOrBuilder message)
      throws IOException {
    json.writeStartObject();
    for (Member member : plan.members()) {
      FieldDescriptor field = member.field();
      if (field.isMapField()) {
        json.writeFieldName(member.name());
        pairs(json, field, (List<?>) message.getField(field));
      } else if (field.isRepeated()) {
        json.writeFieldName(member.name());
        list(json, field, message);
      } else if (!field.hasPresence() || message.hasField(field)) {
        json.writeFieldName(member.name());
        value(json, field, message.getField(field));
      } else if (!member.rule().getSparse() || isWithheld(member, message)) {
        json.writeFieldName(member.name());
        json.writeNull();
      }
    }
    json.writeEndObject();
  }

  /// Whether a secret was here before, in an answer that is given again without it.
  private static boolean isWithheld(Member member, MessageOrBuilder message) {
    FieldDescriptor shown = message.getDescriptorForType().findFieldByName("secret_shown");
    return member.rule().getSecret() && shown != null && message.hasField(shown);
  }

  private static void list(JsonGenerator json, FieldDescriptor field, MessageOrBuilder message)
      throws IOException {
    json.writeStartArray();
    for (Object each : (List<?>) message.getField(field)) {
      value(json, field, each);
    }
    json.writeEndArray();
  }

  private static void pairs(JsonGenerator json, FieldDescriptor field, List<?> entries)
      throws IOException {
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
    json.writeStartObject();
    for (Object each : entries) {
      Message entry = (Message) each;
      json.writeFieldName(String.valueOf(entry.getField(key)));
      value(json, value, entry.getField(value));
    }
    json.writeEndObject();
  }

  private static void value(JsonGenerator json, FieldDescriptor field, Object value)
      throws IOException {
    switch (field.getJavaType()) {
      case STRING -> json.writeString((String) value);
      case BOOLEAN -> json.writeBoolean((Boolean) value);
      case INT -> json.writeNumber((Integer) value);
      case LONG -> json.writeNumber((Long) value);
      case ENUM -> json.writeString(Shapes.word((EnumValueDescriptor) value));
      case MESSAGE -> message(json, (Message) value);
      case FLOAT, DOUBLE, BYTE_STRING -> throw Scalars.noForm(field);
    }
  }

  private static Instant time(MessageOrBuilder message) {
    return Instant.ofEpochSecond(part(message, 1), part(message, 2));
  }

  private static long part(MessageOrBuilder message, int number) {
    Object part = message.getField(message.getDescriptorForType().findFieldByNumber(number));
    return ((Number) part).longValue();
  }

  private static FieldDescriptor only(Shapes.Plan plan) {
    return plan.members().getFirst().field();
  }
}
