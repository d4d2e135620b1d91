package dev.tollgate.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.FieldMaskProto;
import com.google.protobuf.TextFormat;
import dev.tollgate.proto.v1.FieldRule;
import dev.tollgate.proto.v1.OptionsProto;
import dev.tollgate.proto.v1.Rule;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The contract keeps its rules, and each rule is shown to bite.
class ContractRulesTest {
  private final ContractLint lint = new ContractLint();

  @Test
  void everyMethodKeepsTheRules() {
    Operation.ALL.forEach(lint::check);
    assertThat(lint.wrong()).isEmpty();
    assertThat(Operation.ALL).hasSizeGreaterThan(50);
  }

  /// A method by its name, its options and the fields of its request and its answer.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "GetThing|get:'/x'|kind:KIND_READ|||has a permission",
        "GetThing|get:'/x'|permission:'a.b'|||has a kind",
        "GetThing|post:'/x' body:'*'|permission:'a.b' kind:KIND_READ|||reads by GET",
        "AddThing|get:'/x'|permission:'a.b' kind:KIND_CHANGE audit:'a'|||changes by others",
        "AddThing|post:'/x' body:'*'|permission:'a.b' kind:KIND_CHANGE|||is audited if it changes",
        "GetThing|get:'/x'|permission:'a.b' kind:KIND_READ audit:'a'|||is audited if it changes",
        "AddThing|post:'/x'|permission:'a.b' kind:KIND_CHANGE audit:'a'|||has a body",
        "GetThing|get:'/x' body:'*'|permission:'a.b' kind:KIND_READ|||has a body",
        "EditThing|patch:'/x' body:'*'|permission:'a.b' kind:KIND_CHANGE audit:'a'|||an update_mask",
        "EditThing|patch:'/x' body:'*'|permission:'a.b' kind:KIND_CHANGE audit:'a'|mask 3||number 15",
        "DoThing|post:'/x' body:'*'|permission:'a.b' kind:KIND_JOB audit:'a'|||names its operation",
        "GetThing|get:'/x'|permission:'a.b' kind:KIND_READ||operation 1|names its operation",
        "GetThing|get:'/x'|permission:'a.b' kind:KIND_READ||secret 1|whether its secret is shown",
        "GetThing|get:'/x'|permission:'a.b' kind:KIND_READ|nested 1||nothing nested in its query",
        "ListThings|get:'/x'|permission:'a.b' kind:KIND_READ|limit 1||takes cursor",
        "ListThings|get:'/x'|permission:'a.b' kind:KIND_READ|limit 1|data 2|answers data as number 1",
        "GetThing|get:'/x'|permission:'a.b' kind:KIND_READ|||a comment of whole sentences"
      })
  void aMethodThatBreaksARuleIsFound(
      String name,
      String http,
      String rule,
      @Nullable String request,
      @Nullable String answer,
      String found)
      throws Exception {
    lint.check(Operation.of(method(name, http, rule, request, answer)));
    assertThat(lint.wrong())
        .anyMatch(each -> each.startsWith(name + ": must be one that") && each.contains(found));
  }

  @Test
  void whatStandsTwiceIsFound() throws Exception {
    for (int i = 0; i < 2; i++) {
      lint.check(
          Operation.of(
              method("GetThing", "get:'/x'", "permission:'a.b' kind:KIND_READ", null, null)));
    }
    assertThat(lint.wrong())
        .contains(
            "GetThing: must be one that has a name of its own",
            "GetThing: must be one that has a route of its own");
  }

  private static MethodDescriptor method(
      String name, String http, String rule, @Nullable String request, @Nullable String answer)
      throws Exception {
    MethodOptions.Builder options = MethodOptions.newBuilder();
    options.setExtension(AnnotationsProto.http, TextFormat.parse(http, HttpRule.class));
    options.setExtension(OptionsProto.rule, TextFormat.parse(rule, Rule.class));
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("broken.proto")
            .setSyntax("proto3")
            .addDependency(FieldMaskProto.getDescriptor().getName())
            .addMessageType(DescriptorProto.newBuilder().setName("Nested"))
            .addMessageType(message("Q", request))
            .addMessageType(message("A", answer))
            .addService(
                ServiceDescriptorProto.newBuilder()
                    .setName("ThingService")
                    .addMethod(
                        MethodDescriptorProto.newBuilder()
                            .setName(name)
                            .setInputType("Q")
                            .setOutputType("A")
                            .setOptions(options)))
            .build();
    return FileDescriptor.buildFrom(file, new FileDescriptor[] {FieldMaskProto.getDescriptor()})
        .findServiceByName("ThingService")
        .findMethodByName(name);
  }

  /// @param field its name and its number, or null for none
  private static DescriptorProto message(String name, @Nullable String field) {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
    if (field != null) {
      String[] parts = field.split(" ", 2);
      int number = Integer.parseInt(parts[1]);
      message.addField(
          switch (parts[0]) {
            case "mask" ->
                text("update_mask", number)
                    .setType(FieldDescriptorProto.Type.TYPE_MESSAGE)
                    .setTypeName(".google.protobuf.FieldMask");
            case "nested" ->
                text("nested", number)
                    .setType(FieldDescriptorProto.Type.TYPE_MESSAGE)
                    .setTypeName("Nested");
            case "secret" -> text("secret", number).setOptions(secret());
            default -> text(parts[0], number);
          });
    }
    return message.build();
  }

  private static FieldOptions secret() {
    return ruled(FieldRule.newBuilder().setSecret(true));
  }

  private static FieldOptions ruled(FieldRule.Builder rule) {
    return FieldOptions.newBuilder().setExtension(OptionsProto.field, rule.build()).build();
  }

  @Test
  void aMessageThatBreaksARuleIsFound() throws Exception {
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("broken.proto")
            .setSyntax("proto3")
            .addEnumType(
                EnumDescriptorProto.newBuilder()
                    .setName("BadWord")
                    .addValue(word("FINE", 0))
                    .addValue(word("BAD_WORD_ONE", 1)))
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("Broken")
                    .addField(text("pass_word", 1).setOptions(secret()))
                    .addField(text("camelCase", 2))
                    .addField(text("rate", 3).setType(FieldDescriptorProto.Type.TYPE_DOUBLE))
                    .addField(text("amount", 4))
                    .addField(
                        text("wait", 6)
                            .setOptions(ruled(FieldRule.newBuilder().setMaxDuration("P1D"))))
                    .addField(
                        text("word", 5)
                            .setType(FieldDescriptorProto.Type.TYPE_ENUM)
                            .setTypeName("BadWord")))
            .build();
    lint.walk(
        FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Broken"),
        true,
        new HashSet<>());
    assertThat(lint.wrong())
        .contains(
            "Broken.pass_word: secret and debug_redact go together",
            "Broken.wait: min_duration and max_duration go together",
            "Broken.pass_word is neither required nor optional",
            "Broken.camelCase must be snake_case without a json_name",
            "Broken.rate is of a type without a form in JSON",
            "Broken.amount is an amount and must have the format of money",
            "BadWord.FINE must begin with BAD_WORD_",
            "BadWord must have 0 for unspecified");
  }

  private static EnumValueDescriptorProto word(String name, int number) {
    return EnumValueDescriptorProto.newBuilder().setName(name).setNumber(number).build();
  }

  private static FieldDescriptorProto.Builder text(String name, int number) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
        .setType(FieldDescriptorProto.Type.TYPE_STRING);
  }
}
