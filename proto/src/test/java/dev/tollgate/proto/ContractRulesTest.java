package dev.tollgate.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.tollgate.proto.v1.FieldRule;
import dev.tollgate.proto.v1.Kind;
import dev.tollgate.proto.v1.OptionsProto;
import dev.tollgate.proto.v1.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The rules of the contract's files.
class ContractRulesTest {
  private final Comments comments = new Comments();
  private final List<String> wrong = new ArrayList<>();

  @Test
  void everyMethodKeepsTheRules() {
    Set<Descriptor> requests = new HashSet<>();
    Set<String> names = new HashSet<>();
    Set<String> routes = new HashSet<>();
    for (Operation each : Operation.ALL) {
      require(names.add(each.name()), each, "has a name of its own");
      require(routes.add(each.verb() + " " + each.path()), each, "has a route of its own");
      require(requests.add(each.request()), each, "has a request of its own");
      require(each.rule().getPermission().matches("[a-z_]+\\.[a-z_]+"), each, "has a permission");
      require(comments.of(each.method()).endsWith("."), each, "has a comment of whole sentences");
      boolean writes = each.kind() != Kind.KIND_READ;
      boolean readsContent = each.name().equals("GetCall");
      require(each.kind() != Kind.KIND_UNSPECIFIED, each, "has a kind");
      require(writes == !each.verb().equals("GET"), each, "reads by GET and changes by others");
      require(
          readsContent || writes == !each.rule().getAudit().isEmpty(),
          each,
          "is audited if it changes");
      boolean body = List.of("POST", "PUT", "PATCH").contains(each.verb());
      require(each.hasBody() == body, each, "has a body if its verb has one");
      require(
          (Operation.mask(each.request()) != null) == each.verb().equals("PATCH"),
          each,
          "has an update_mask if it is a PATCH");
      FieldDescriptor ref = each.response().findFieldByName("operation");
      require(
          (each.kind() == Kind.KIND_JOB) == (ref != null) || shared(each),
          each,
          "names its operation if it is a job");
      require(
          !answersSecret(each.response())
              || each.response().findFieldByName("secret_shown") != null,
          each,
          "says whether its secret is shown");
      require(!each.streams() || each.kind() == Kind.KIND_READ, each, "streams only what it reads");
      walk(each.request(), true, new HashSet<>());
      walk(each.response(), false, new HashSet<>());
    }
    assertThat(wrong).isEmpty();
    assertThat(Operation.ALL).hasSizeGreaterThan(50);
  }

  private static boolean answersSecret(Descriptor type) {
    return type.getFields().stream()
        .anyMatch(field -> field.getOptions().getExtension(OptionsProto.field).getSecret());
  }

  /// A provider is the answer of a job and of others.
  private static boolean shared(Operation operation) {
    return operation.response().getName().equals("Provider");
  }

  @Test
  void listsArePages() {
    for (Operation each : Operation.ALL) {
      if (each.name().startsWith("List")) {
        for (String field : List.of("data", "has_more", "next_cursor")) {
          require(each.response().findFieldByName(field) != null, each, "answers " + field);
        }
        for (String field : List.of("limit", "cursor")) {
          require(each.request().findFieldByName(field) != null, each, "takes " + field);
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /// That the rules bite is shown by a message that breaks them.
  @Test
  void whatBreaksTheRulesIsFound() throws Exception {
    FieldOptions secret =
        FieldOptions.newBuilder()
            .setExtension(OptionsProto.field, FieldRule.newBuilder().setSecret(true).build())
            .build();
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("broken.proto")
            .setSyntax("proto3")
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("Broken")
                    .addField(text("pass_word", 1).setOptions(secret))
                    .addField(text("camelCase", 2))
                    .addField(text("rate", 3).setType(FieldDescriptorProto.Type.TYPE_DOUBLE)))
            .build();
    walk(
        FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Broken"),
        true,
        new HashSet<>());
    assertThat(wrong)
        .contains(
            "Broken.pass_word: secret and debug_redact go together",
            "Broken.pass_word is neither required nor optional",
            "Broken.camelCase must be snake_case without a json_name",
            "Broken.rate is of a type without a form in JSON");
  }

  private static FieldDescriptorProto.Builder text(String name, int number) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
        .setType(FieldDescriptorProto.Type.TYPE_STRING);
  }

  private void require(boolean holds, Operation operation, String what) {
    if (!holds) {
      wrong.add(operation.fullName() + ": must be one that " + what);
    }
  }

  private void walk(Descriptor type, boolean request, Set<Descriptor> seen) {
    if (!seen.add(type) || type.getFile().getPackage().startsWith("google")) {
      return;
    }
    for (FieldDescriptor field : type.getFields()) {
      FieldRule rule = field.getOptions().getExtension(OptionsProto.field);
      switch (field.getType()) {
        case STRING, BOOL, INT32, INT64, ENUM, MESSAGE -> {}
        default -> wrong.add(field.getFullName() + " is of a type without a form in JSON");
      }
      if (!field.getName().equals(field.getName().toLowerCase(Locale.ROOT))
          || field.toProto().getJsonName().equals(field.getName())
              && field.getName().contains("_")) {
        wrong.add(field.getFullName() + " must be snake_case without a json_name");
      }
      boolean bare = type.getOptions().getExtension(OptionsProto.shape) == Shape.SHAPE_UNSPECIFIED;
      if (request && bare && !field.isRepeated() && !field.hasPresence() && !rule.getRequired()) {
        wrong.add(field.getFullName() + " is neither required nor optional");
      }
      if (rule.getSecret() != field.getOptions().getDebugRedact()) {
        wrong.add(field.getFullName() + ": secret and debug_redact go together");
      }
      if (field.getType() == FieldDescriptor.Type.ENUM) {
        words(field.getEnumType());
      }
      if (field.getType() == FieldDescriptor.Type.MESSAGE && !field.isMapField()) {
        walk(field.getMessageType(), request, seen);
      }
    }
  }

  private void words(EnumDescriptor type) {
    String prefix =
        type.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT) + "_";
    type.getValues()
        .forEach(
            value -> {
              if (!value.getName().startsWith(prefix)) {
                wrong.add(value.getFullName() + " must begin with " + prefix);
              }
            });
    if (!type.findValueByNumber(0).getName().equals(prefix + "UNSPECIFIED")) {
      wrong.add(type.getFullName() + " must have 0 for unspecified");
    }
  }
}
