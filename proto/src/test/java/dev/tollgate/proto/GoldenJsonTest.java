package dev.tollgate.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The JSON of every answer, once with all of its members and once with none: clients rely on
/// names, order, null and numbers. `-Dtollgate.write=true` records it anew.
class GoldenJsonTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden.txt");

  @Test
  void everyAnswerStandsAsItWasRecorded() throws IOException {
    Map<String, Descriptor> answers = new TreeMap<>();
    for (Operation each : Operation.ALL) {
      answers.put(each.response().getName(), each.response());
    }
    StringBuilder text = new StringBuilder();
    answers.forEach(
        (name, type) ->
            text.append(name)
                .append(" full ")
                .append(JsonWriter.text(full(type, 0)))
                .append('\n')
                .append(name)
                .append(" bare ")
                .append(JsonWriter.text(DynamicMessage.getDefaultInstance(type)))
                .append('\n'));
    if (Boolean.getBoolean("tollgate.write")) {
      Files.writeString(GOLDEN, text);
    }
    assertThat(text.toString().lines().toList())
        .isEqualTo(Files.readAllLines(GOLDEN))
        .hasSizeGreaterThan(40);
  }

  private static Message full(Descriptor type, int depth) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      if (depth > 4
          || field.getContainingOneof() != null && field.getRealContainingOneof() != null) {
        continue;
      }
      if (field.isRepeated()) {
        message.addRepeatedField(field, value(field, depth));
      } else {
        message.setField(field, value(field, depth));
      }
    }
    return message.build();
  }

  private static Object value(FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case STRING -> text(field);
      case INT -> 7;
      case LONG -> 9_007_199_254_740_993L;
      case BOOLEAN -> true;
      case ENUM -> word(field.getEnumType());
      case MESSAGE -> message(field.getMessageType(), depth);
      case FLOAT, DOUBLE, BYTE_STRING -> throw new AssertionError(field.getFullName());
    };
  }

  private static String text(FieldDescriptor field) {
    return Shapes.plan(field.getContainingType()).kind() == Shapes.Kind.JSON
        ? "{\"any\":[1,null]}"
        : "a \"" + field.getName() + "\"";
  }

  private static Object word(EnumDescriptor type) {
    return type.getValues().getLast();
  }

  private static MessageOrBuilder message(Descriptor type, int depth) {
    return switch (Shapes.plan(type).kind()) {
      case TIME, DURATION ->
          DynamicMessage.newBuilder(type)
              .setField(type.findFieldByNumber(1), 1_700_000_000L)
              .setField(type.findFieldByNumber(2), 5_000_000)
              .build();
      case OBJECT, LIST, JSON -> full(type, depth + 1);
    };
  }

  @Test
  void theFillerLeavesNothingOut() {
    List<String> names =
        Operation.ALL.stream().map(each -> each.response().getName()).distinct().toList();
    assertThat(names).contains("Key", "Operation", "ListAuditEventsResponse");
    String key =
        JsonWriter.text(
            full(
                Operation.ALL.stream()
                    .map(Operation::response)
                    .filter(each -> each.getName().equals("Key"))
                    .findFirst()
                    .orElseThrow(),
                0));
    assertThat(key).contains("\"id\":", "\"budget\":{");
  }
}
