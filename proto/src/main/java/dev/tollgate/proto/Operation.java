package dev.tollgate.proto;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Empty;
import com.google.protobuf.FieldMask;
import dev.tollgate.proto.v1.AuditProto;
import dev.tollgate.proto.v1.BudgetsProto;
import dev.tollgate.proto.v1.BusinessUnitsProto;
import dev.tollgate.proto.v1.CallsProto;
import dev.tollgate.proto.v1.KeysProto;
import dev.tollgate.proto.v1.Kind;
import dev.tollgate.proto.v1.LedgerProto;
import dev.tollgate.proto.v1.ModelFactsProto;
import dev.tollgate.proto.v1.ModelsProto;
import dev.tollgate.proto.v1.NotificationsProto;
import dev.tollgate.proto.v1.OperationsProto;
import dev.tollgate.proto.v1.OptionsProto;
import dev.tollgate.proto.v1.PricesProto;
import dev.tollgate.proto.v1.ProjectsProto;
import dev.tollgate.proto.v1.ProvidersProto;
import dev.tollgate.proto.v1.Rule;
import dev.tollgate.proto.v1.UsageProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One operation of the management API: a method and what its options say.
///
/// @param verb the HTTP method, upper case
/// @param path below `/api/v1`, with `{id}` for fields of the request
/// @param pathFields the fields that the path holds, in order
public record Operation(
    MethodDescriptor method,
    String verb,
    String path,
    List<FieldDescriptor> pathFields,
    Rule rule) {
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final List<FileDescriptor> FILES =
      List.of(
          ProjectsProto.getDescriptor(),
          BusinessUnitsProto.getDescriptor(),
          KeysProto.getDescriptor(),
          BudgetsProto.getDescriptor(),
          LedgerProto.getDescriptor(),
          ProvidersProto.getDescriptor(),
          ModelsProto.getDescriptor(),
          ModelFactsProto.getDescriptor(),
          PricesProto.getDescriptor(),
          CallsProto.getDescriptor(),
          UsageProto.getDescriptor(),
          NotificationsProto.getDescriptor(),
          AuditProto.getDescriptor(),
          OperationsProto.getDescriptor());

  /// Every operation, in the order of the files.
  public static final List<Operation> ALL =
      FILES.stream()
          .flatMap(file -> file.getServices().stream())
          .flatMap(service -> service.getMethods().stream())
          .map(Operation::of)
          .toList();

  /// The operation that is called so.
  public static Optional<Operation> named(String name) {
    return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
  }

  public static List<ServiceDescriptor> services() {
    return FILES.stream().flatMap(file -> file.getServices().stream()).toList();
  }

  /// `tollgate.admin.v1.KeyService/CreateKey`.
  public String fullName() {
    return method.getService().getFullName() + "/" + method.getName();
  }

  /// `CreateKey`, which no other method is called.
  public String name() {
    return method.getName();
  }

  public Kind kind() {
    return rule.getKind();
  }

  /// Whether it changes nothing, so that its parameters may have any name.
  public boolean isRead() {
    return kind() == Kind.KIND_READ;
  }

  public boolean isChange() {
    return kind() == Kind.KIND_CHANGE;
  }

  public boolean isJob() {
    return kind() == Kind.KIND_JOB;
  }

  public Descriptor request() {
    return method.getInputType();
  }

  public Descriptor response() {
    return method.getOutputType();
  }

  /// How the command line calls it, `calls export`; empty when the names say it.
  public String command() {
    return rule.getCommand();
  }

  public boolean streams() {
    return method.isServerStreaming();
  }

  /// Whether the members of the request stand in a JSON body, not in the query.
  public boolean hasBody() {
    return method.getOptions().getExtension(AnnotationsProto.http).getBody().equals("*");
  }

  public boolean takesIdempotencyKey() {
    return verb.equals("POST");
  }

  public boolean isEmpty() {
    return response().equals(Empty.getDescriptor());
  }

  public int status() {
    if (isEmpty()) {
      return NO_CONTENT;
    }
    return rule.getStatus() == 0 ? OK : rule.getStatus();
  }

  /// The field that says what an update changes, or null.
  public static @Nullable FieldDescriptor mask(Descriptor request) {
    FieldDescriptor field = request.findFieldByName("update_mask");
    return field != null
            && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            && field.getMessageType().equals(FieldMask.getDescriptor())
        ? field
        : null;
  }

  static Operation of(MethodDescriptor method) {
    HttpRule http = method.getOptions().getExtension(AnnotationsProto.http);
    String path =
        switch (http.getPatternCase()) {
          case GET -> http.getGet();
          case PUT -> http.getPut();
          case POST -> http.getPost();
          case DELETE -> http.getDelete();
          case PATCH -> http.getPatch();
          case CUSTOM, PATTERN_NOT_SET ->
              throw new IllegalStateException(method.getFullName() + " has no HTTP binding");
        };
    List<FieldDescriptor> fields = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      if (segment.startsWith("{")) {
        String name = segment.substring(1, segment.indexOf('}'));
        FieldDescriptor field = method.getInputType().findFieldByName(name);
        if (field == null) {
          throw new IllegalStateException(method.getFullName() + " has no field " + name);
        }
        fields.add(field);
      }
    }
    return new Operation(
        method,
        http.getPatternCase().name(),
        path,
        List.copyOf(fields),
        method.getOptions().getExtension(OptionsProto.rule));
  }
}
