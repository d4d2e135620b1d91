package dev.tollgate.proto;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.tollgate.proto.Shapes.Member;
import dev.tollgate.proto.v1.FieldRule;
import dev.tollgate.proto.v1.OptionsProto;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The messages of the contract as JSON Schema.
final class OpenApiSchemas {
  private final JsonGenerator json;
  private final Comments comments;
  private final ArrayDeque<Descriptor> open = new ArrayDeque<>();
  private final Set<Descriptor> named = new LinkedHashSet<>();

  OpenApiSchemas(JsonGenerator json, Comments comments) {
    this.json = json;
    this.comments = comments;
  }

  private interface Part {
    void write() throws IOException;
  }

  /// The schemas that were referred to, and those of refusals and of what comes later.
  void write() throws IOException {
    object("Problem", this::problem);
    object("Accepted", this::accepted);
    object("ChangeRequested", this::changeRequested);
    while (!open.isEmpty()) {
      Descriptor type = open.poll();
      object(type.getName(), () -> members(type, List.of(), isAnswer(type)));
    }
  }

  /// Settings stand in requests; whatever else is nested stands in answers as well.
  private static boolean isAnswer(Descriptor type) {
    String name = type.getName();
    return !name.endsWith("Settings") || name.equals("LedgerSettings");
  }

  void describe(String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeStringField("description", text);
    }
  }

  /// The members of a message.
  ///
  /// @param barred fields that stand elsewhere
  /// @param answer whether every member is there, and others may come
  void members(Descriptor type, List<FieldDescriptor> barred, boolean answer) throws IOException {
    json.writeStringField("type", "object");
    describe(comments.of(type));
    List<Member> members =
        Shapes.plan(type).members().stream().filter(m -> !barred.contains(m.field())).toList();
    object(
        "properties",
        () -> {
          for (Member member : members) {
            object(member.field().getName(), () -> member(member.field(), answer));
          }
        });
    strings(
        "required",
        members.stream()
            .filter(
                each ->
                    answer
                        ? !each.rule().getSparse() && !isShared(type)
                        : each.rule().getRequired())
            .map(each -> each.field().getName())
            .toList());
    json.writeBooleanField("additionalProperties", answer);
  }

  /// Messages that stand in requests and in answers alike require nothing.
  private static boolean isShared(Descriptor type) {
    return Set.of("ProviderOptions", "Timeouts", "PriceConditions").contains(type.getName());
  }

  private void member(FieldDescriptor field, boolean answer) throws IOException {
    describe(comments.of(field));
    boolean nullable =
        answer
            ? !field.isRepeated() && field.hasPresence()
            : !field.getOptions().getExtension(OptionsProto.field).getRequired();
    if (!nullable) {
      field(field);
      return;
    }
    json.writeArrayFieldStart("anyOf");
    json.writeStartObject();
    field(field);
    json.writeEndObject();
    json.writeStartObject();
    json.writeStringField("type", "null");
    json.writeEndObject();
    json.writeEndArray();
  }

  /// A field's schema, without its description.
  void field(FieldDescriptor field) throws IOException {
    FieldRule rule = field.getOptions().getExtension(OptionsProto.field);
    if (field.isMapField()) {
      json.writeStringField("type", "object");
      if (rule.hasMaxItems()) {
        json.writeNumberField("maxProperties", rule.getMaxItems());
      }
      FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
      object("additionalProperties", () -> one(value, rule));
    } else if (field.isRepeated()) {
      array(field, rule);
    } else {
      one(field, rule);
    }
  }

  private void array(FieldDescriptor field, FieldRule rule) throws IOException {
    json.writeStringField("type", "array");
    if (rule.getMinItems() > 0) {
      json.writeNumberField("minItems", rule.getMinItems());
    }
    if (rule.hasMaxItems()) {
      json.writeNumberField("maxItems", rule.getMaxItems());
    }
    object("items", () -> one(field, rule));
  }

  private void one(FieldDescriptor field, FieldRule rule) throws IOException {
    switch (field.getJavaType()) {
      case STRING -> text(rule);
      case BOOLEAN -> json.writeStringField("type", "boolean");
      case INT -> integer("int32", rule);
      case LONG -> integer("int64", rule);
      case ENUM -> {
        json.writeStringField("type", "string");
        strings("enum", Scalars.words(field));
      }
      case MESSAGE -> {
        Shapes.Plan plan = Shapes.plan(field.getMessageType());
        if (plan.kind() == Shapes.Kind.LIST) {
          array(plan.members().getFirst().field(), rule);
        } else {
          reference(field.getMessageType());
        }
        if (!rule.getMaxDuration().isEmpty()) {
          // JSON Schema has no words for the bounds of a duration.
          json.writeStringField("x-minimum", rule.getMinDuration());
          json.writeStringField("x-maximum", rule.getMaxDuration());
        }
      }
      case FLOAT, DOUBLE, BYTE_STRING -> throw Scalars.noForm(field);
    }
    if (!rule.getExample().isEmpty()) {
      strings("examples", List.of(rule.getExample()));
    }
  }

  private void text(FieldRule rule) throws IOException {
    json.writeStringField("type", "string");
    if (rule.getMinLength() > 0) {
      json.writeNumberField("minLength", rule.getMinLength());
    }
    if (rule.hasMaxLength()) {
      json.writeNumberField("maxLength", rule.getMaxLength());
    }
    if (rule.getWordsCount() > 0) {
      strings("enum", rule.getWordsList());
    }
    switch (rule.getFormat()) {
      case FORMAT_MONEY -> json.writeStringField("pattern", "^-?[0-9]+(\\.[0-9]{1,9})?$");
      case FORMAT_DECIMAL -> json.writeStringField("pattern", "^[0-9]+(\\.[0-9]+)?$");
      case FORMAT_URL -> json.writeStringField("format", "uri");
      case FORMAT_EMAIL -> json.writeStringField("format", "email");
      case FORMAT_UNSPECIFIED, UNRECOGNIZED -> {}
    }
  }

  private void integer(String format, FieldRule rule) throws IOException {
    json.writeStringField("type", "integer");
    json.writeStringField("format", format);
    if (rule.hasMin()) {
      json.writeNumberField("minimum", rule.getMin());
    }
    if (rule.hasMax()) {
      json.writeNumberField("maximum", rule.getMax());
    }
    if (rule.getValuesCount() > 0) {
      json.writeArrayFieldStart("enum");
      for (long value : rule.getValuesList()) {
        json.writeNumber(value);
      }
      json.writeEndArray();
    }
  }

  /// The schema of a message, which is written later when it is an object.
  void reference(Descriptor type) throws IOException {
    switch (Shapes.plan(type).kind()) {
      case TIME -> formatted("date-time");
      case DURATION -> formatted("duration");
      case JSON -> json.writeBooleanField("x-any-json", true);
      case LIST -> field(Shapes.plan(type).members().getFirst().field());
      case OBJECT -> {
        if (named.add(type)) {
          open.add(type);
        }
        json.writeStringField("$ref", "#/components/schemas/" + type.getName());
      }
    }
  }

  private void formatted(String format) throws IOException {
    json.writeStringField("type", "string");
    json.writeStringField("format", format);
  }

  private void problem() throws IOException {
    json.writeStringField("type", "object");
    describe("A refusal (RFC 9457).");
    object(
        "properties",
        () -> {
          for (String name : List.of("type", "title", "detail", "code", "request_id")) {
            object(name, () -> json.writeStringField("type", "string"));
          }
          object("status", () -> json.writeStringField("type", "integer"));
          object(
              "errors",
              () -> {
                json.writeStringField("type", "array");
                object("items", this::fieldError);
              });
        });
    strings("required", List.of("type", "title", "status", "detail", "code", "request_id"));
  }

  private void fieldError() throws IOException {
    json.writeStringField("type", "object");
    object(
        "properties",
        () -> {
          for (String name : List.of("field", "code", "message")) {
            object(name, () -> json.writeStringField("type", "string"));
          }
        });
    strings("required", List.of("field", "code", "message"));
  }

  private void accepted() throws IOException {
    json.writeStringField("type", "object");
    describe(
        "The operation of a job that is still running; GET /operations/{id} shows its answer.");
    object(
        "properties",
        () ->
            object(
                "operation", () -> reference(dev.tollgate.proto.v1.OperationRef.getDescriptor())));
    strings("required", List.of("operation"));
  }

  private void changeRequested() throws IOException {
    json.writeStringField("type", "object");
    describe("The change waits for a second person.");
    object(
        "properties",
        () -> {
          object("code", () -> json.writeStringField("const", "change_requested"));
          object(
              "change_request",
              () -> {
                json.writeStringField("type", "object");
                object(
                    "properties",
                    () -> {
                      object("id", () -> json.writeStringField("type", "string"));
                      object("url", () -> json.writeStringField("type", "string"));
                    });
                strings("required", List.of("id", "url"));
              });
        });
    strings("required", List.of("code", "change_request"));
  }

  private void strings(String name, List<String> values) throws IOException {
    if (!values.isEmpty()) {
      json.writeArrayFieldStart(name);
      for (String value : values) {
        json.writeString(value);
      }
      json.writeEndArray();
    }
  }

  private void object(String name, Part part) throws IOException {
    json.writeObjectFieldStart(name);
    part.write();
    json.writeEndObject();
  }
}
