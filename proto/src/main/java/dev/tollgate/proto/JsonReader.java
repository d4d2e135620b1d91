package dev.tollgate.proto;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import dev.tollgate.proto.Shapes.Member;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Reads JSON into messages. Requests are read strictly: every error names the field, and a member
/// that the message does not have is an error too. Answers are read leniently, so that a server may
/// say more than its client knows.
public final class JsonReader {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(64).maxNumberLength(100).build())
          .build();

  private final List<FieldDescriptor> barred;
  private final boolean strict;

  private JsonReader(List<FieldDescriptor> barred, boolean strict) {
    this.barred = barred;
    this.strict = strict;
  }

  /// Reads the body of a request. Fields that stand in the path may not be members; the members
  /// that are there, null or not, become the update mask of a message that has one.
  ///
  /// @throws InvalidRequest when it breaks a rule of the contract
  public static void body(byte[] json, Message.Builder into, List<FieldDescriptor> pathFields) {
    Set<String> seen = new LinkedHashSet<>();
    if (json.length > 0) {
      new JsonReader(pathFields, true).whole(json, into, seen);
    }
    FieldDescriptor mask = Operation.mask(into.getDescriptorForType());
    if (mask != null) {
      into.setField(mask, FieldMask.newBuilder().addAllPaths(seen).build());
    }
  }

  /// Reads an answer; what the message does not know is passed over.
  ///
  /// @throws InvalidRequest when it is no JSON object, or a member is of another type
  public static void answer(byte[] json, Message.Builder into) {
    new JsonReader(List.of(), false).whole(json, into, new LinkedHashSet<>());
  }

  /// Sets a field from the text of a query or a path.
  ///
  /// @throws InvalidRequest when the text is none of its type
  public static void text(String text, Message.Builder into, FieldDescriptor field) {
    String path = field.getName();
    if (!field.isRepeated()) {
      into.setField(field, Scalars.read(text, field, path));
      return;
    }
    for (String each : text.split(",", -1)) {
      into.addRepeatedField(field, Scalars.read(each.strip(), field, path));
    }
  }

  /// The field of a query parameter.
  ///
  /// @throws InvalidRequest when there is none of that name
  public static FieldDescriptor parameter(Operation operation, String name) {
    Member member = Shapes.plan(operation.request()).byName().get(name);
    if (member == null || operation.pathFields().contains(member.field())) {
      throw new InvalidRequest(name, "There is no parameter '" + name + "'.");
    }
    return member.field();
  }

  private void whole(byte[] json, Message.Builder into, Set<String> seen) {
    try (JsonParser parser = FACTORY.createParser(text(json))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidRequest(null, "The body must be a JSON object.");
      }
      object(parser, into, "", seen);
      if (parser.nextToken() != null) {
        throw new InvalidRequest(null, "The body is not valid JSON.");
      }
    } catch (StreamConstraintsException e) {
      throw new InvalidRequest(
          null, "The body is nested too deeply, or holds a number or a name that is too long.");
    } catch (IOException e) {
      throw new InvalidRequest(null, "The body is not valid JSON.");
    }
  }

  /// JSON is UTF-8 (RFC 8259, 8.1), and nothing else is guessed at. A mark at its begin is no part
  /// of it.
  private static String text(byte[] json) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new InvalidRequest(null, "The body is not valid UTF-8.");
    }
  }

  private void object(JsonParser parser, Message.Builder into, String path, Set<String> seen)
      throws IOException {
    Shapes.Plan plan = Shapes.plan(into.getDescriptorForType());
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (!seen.add(name)) {
        throw new InvalidRequest(path + name, path + name + " stands twice.");
      }
      Member member = plan.byName().get(name);
      boolean known = member != null && !Shapes.isMask(member.field());
      if (member != null && known && !(path.isEmpty() && barred.contains(member.field()))) {
        if (parser.nextToken() != JsonToken.VALUE_NULL) {
          checkOneof(into, member.field(), path + name);
          member(parser, into, member.field(), path + name);
        }
      } else if (strict) {
        throw new InvalidRequest(path + name, "There is no field '" + path + name + "'.");
      } else {
        parser.nextToken();
        parser.skipChildren();
      }
    }
  }

  private static void checkOneof(Message.Builder into, FieldDescriptor field, String path) {
    var oneof = field.getRealContainingOneof();
    if (oneof != null && into.hasOneof(oneof)) {
      String other = into.getOneofFieldDescriptor(oneof).getName();
      throw new InvalidRequest(path, path + " and " + other + " exclude each other.");
    }
  }

  private void member(JsonParser parser, Message.Builder into, FieldDescriptor field, String path)
      throws IOException {
    if (field.isMapField()) {
      map(parser, into, field, path);
    } else if (field.isRepeated()) {
      list(parser, into, field, path);
    } else {
      into.setField(field, value(parser, into, field, path));
    }
  }

  private void list(JsonParser parser, Message.Builder into, FieldDescriptor field, String path)
      throws IOException {
    require(parser.currentToken() == JsonToken.START_ARRAY, path, "an array");
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      into.addRepeatedField(field, value(parser, into, field, path + "[" + i + "]"));
    }
  }

  private void map(JsonParser parser, Message.Builder into, FieldDescriptor field, String path)
      throws IOException {
    require(parser.currentToken() == JsonToken.START_OBJECT, path, "an object");
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
    Set<String> seen = new LinkedHashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      Scalars.requireStorable(name, path);
      if (!seen.add(name)) {
        throw new InvalidRequest(path + "." + name, path + "." + name + " stands twice.");
      }
      parser.nextToken();
      Message.Builder entry = into.newBuilderForField(field);
      entry.setField(key, name);
      entry.setField(value, value(parser, entry, value, path + "." + name));
      into.addRepeatedField(field, entry.build());
    }
  }

  private Object value(JsonParser parser, Message.Builder into, FieldDescriptor field, String path)
      throws IOException {
    JsonToken token = parser.currentToken();
    return switch (field.getJavaType()) {
      case BOOLEAN -> {
        require(token.isBoolean(), path, "true or false");
        yield parser.getBooleanValue();
      }
      case INT, LONG -> {
        require(token == JsonToken.VALUE_NUMBER_INT, path, Scalars.range(field));
        yield Scalars.read(parser.getText(), field, path);
      }
      case STRING -> {
        require(token == JsonToken.VALUE_STRING, path, "a string");
        yield Scalars.read(parser.getText(), field, path);
      }
      case ENUM -> {
        require(token == JsonToken.VALUE_STRING, path, "a string");
        yield word(parser.getText(), field, path);
      }
      case MESSAGE -> message(parser, into.newBuilderForField(field), field, path);
      case FLOAT, DOUBLE, BYTE_STRING -> throw Scalars.noForm(field);
    };
  }

  /// A word that a newer server knows stands as unspecified.
  private Object word(String text, FieldDescriptor field, String path) {
    EnumValueDescriptor known = Shapes.words(field.getEnumType()).byWord().get(text);
    return known == null && !strict
        ? field.getEnumType().findValueByNumber(0)
        : Scalars.read(text, field, path);
  }

  private Message message(
      JsonParser parser, Message.Builder builder, FieldDescriptor field, String path)
      throws IOException {
    Shapes.Plan plan = Shapes.plan(field.getMessageType());
    switch (plan.kind()) {
      case TIME, DURATION -> {
        require(parser.currentToken() == JsonToken.VALUE_STRING, path, "a string");
        return (Message) Scalars.read(parser.getText(), field, path);
      }
      case LIST -> list(parser, builder, plan.members().getFirst().field(), path);
      case JSON -> builder.setField(plan.members().getFirst().field(), raw(parser));
      case OBJECT -> {
        require(parser.currentToken() == JsonToken.START_OBJECT, path, "an object");
        object(parser, builder, path + ".", new LinkedHashSet<>());
      }
    }
    return builder.build();
  }

  private static String raw(JsonParser parser) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (var generator = FACTORY.createGenerator(out)) {
      generator.copyCurrentStructureExact(parser);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void require(boolean holds, String path, String what) {
    if (!holds) {
      throw new InvalidRequest(path, path + " must be " + what + ".");
    }
  }
}
