package dev.tollgate.proto;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.tollgate.proto.v1.FieldRule;
import dev.tollgate.proto.v1.Format;
import dev.tollgate.proto.v1.Kind;
import dev.tollgate.proto.v1.OptionsProto;
import dev.tollgate.proto.v1.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The rules of the contract's files, and what breaks them.
final class ContractLint {
  private static final int MASK = 15;

  /// Texts of these names are amounts of money.
  private static final Set<String> AMOUNTS =
      Set.of("amount", "cost", "limit", "settled", "held", "remaining", "to");

  private final Comments comments = new Comments();
  private final Set<Descriptor> requests = new HashSet<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> routes = new HashSet<>();
  private final List<String> wrong = new ArrayList<>();

  List<String> wrong() {
    return wrong;
  }

  void check(Operation each) {
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
    require(!each.streams() || each.kind() == Kind.KIND_READ, each, "streams only what it reads");
    checkRequest(each);
    checkAnswer(each);
    walk(each.request(), true, new HashSet<>());
    walk(each.response(), false, new HashSet<>());
  }

  private void checkRequest(Operation each) {
    FieldDescriptor mask = Operation.mask(each.request());
    require(
        (mask != null) == each.verb().equals("PATCH"), each, "has an update_mask if it is a PATCH");
    require(mask == null || mask.getNumber() == MASK, each, "has its update_mask as number 15");
    if (!each.hasBody()) {
      for (FieldDescriptor field : each.request().getFields()) {
        boolean plain =
            field.getType() != FieldDescriptor.Type.MESSAGE
                || field.getMessageType().getFullName().startsWith("google.protobuf.");
        require(plain, each, "has nothing nested in its query");
      }
    }
    if (each.name().startsWith("List")) {
      for (String field : List.of("limit", "cursor")) {
        require(each.request().findFieldByName(field) != null, each, "takes " + field);
      }
    }
  }

  private void checkAnswer(Operation each) {
    FieldDescriptor ref = each.response().findFieldByName("operation");
    // A provider is the answer of a job and of others.
    boolean shared = each.response().getName().equals("Provider");
    require(
        (each.kind() == Kind.KIND_JOB) == (ref != null) || shared,
        each,
        "names its operation if it is a job");
    boolean secret =
        each.response().getFields().stream()
            .anyMatch(field -> field.getOptions().getExtension(OptionsProto.field).getSecret());
    require(
        !secret || each.response().findFieldByName("secret_shown") != null,
        each,
        "says whether its secret is shown");
    if (each.name().startsWith("List")) {
      List<String> page = List.of("data", "has_more", "next_cursor");
      for (String field : page) {
        FieldDescriptor found = each.response().findFieldByName(field);
        require(
            found != null && found.getNumber() == page.indexOf(field) + 1,
            each,
            "answers " + field + " as number " + (page.indexOf(field) + 1));
      }
    }
  }

  private void require(boolean holds, Operation operation, String what) {
    if (!holds) {
      wrong.add(operation.name() + ": must be one that " + what);
    }
  }

  void walk(Descriptor type, boolean request, Set<Descriptor> seen) {
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
      if (field.getType() == FieldDescriptor.Type.STRING
          && AMOUNTS.contains(field.getName())
          && rule.getFormat() != Format.FORMAT_MONEY) {
        wrong.add(field.getFullName() + " is an amount and must have the format of money");
      }
      if (rule.getMinDuration().isEmpty() != rule.getMaxDuration().isEmpty()) {
        wrong.add(field.getFullName() + ": min_duration and max_duration go together");
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
