package dev.tollgate.grpc.helidon;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.ExtensionNumberResponse;
import io.grpc.reflection.v1.FileDescriptorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionProto;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a server of gRPC tells of itself (grpc.reflection.v1). Helidon's own knows nothing of
/// services that come as definitions, and that of grpc-java needs a server of grpc-java.
final class Reflection {
  /// Python's client knows no other.
  private static final String OLDER = "grpc.reflection.v1alpha.ServerReflection";

  private final Map<String, FileDescriptor> files = new TreeMap<>();
  private final Map<String, FileDescriptor> symbols = new TreeMap<>();
  private final Map<String, Map<Integer, FileDescriptor>> extensions = new TreeMap<>();
  private final Map<String, FileDescriptor> services = new TreeMap<>();

  private Reflection(List<ServerServiceDefinition> definitions) {
    for (ServerServiceDefinition each : definitions) {
      if (each.getServiceDescriptor().getSchemaDescriptor()
          instanceof ProtoFileDescriptorSupplier schema) {
        list(each.getServiceDescriptor().getName(), schema.getFileDescriptor());
      }
    }
    list(ServerReflectionGrpc.SERVICE_NAME, ServerReflectionProto.getDescriptor());
    list(OLDER, older());
  }

  @SuppressWarnings("deprecation")
  private static FileDescriptor older() {
    return io.grpc.reflection.v1alpha.ServerReflectionProto.getDescriptor();
  }

  private void list(String service, FileDescriptor file) {
    add(file);
    services.put(service, file);
  }

  /// The service under both of its names: their messages are the same.
  static List<ServerServiceDefinition> of(List<ServerServiceDefinition> definitions) {
    Reflection reflection = new Reflection(definitions);
    var method = ServerReflectionGrpc.getServerReflectionInfoMethod();
    return List.of(
        reflection.named(method),
        reflection.named(
            method.toBuilder()
                .setFullMethodName(OLDER + "/" + method.getBareMethodName())
                .build()));
  }

  private ServerServiceDefinition named(
      MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> method) {
    return ServerServiceDefinition.builder(String.valueOf(method.getServiceName()))
        .addMethod(method, ServerCalls.asyncBidiStreamingCall(this::answering))
        .build();
  }

  private void add(FileDescriptor file) {
    if (files.put(file.getFullName(), file) != null) {
      return;
    }
    file.getDependencies().forEach(this::add);
    for (ServiceDescriptor service : file.getServices()) {
      symbols.put(service.getFullName(), file);
      service.getMethods().forEach(each -> symbols.put(each.getFullName(), file));
    }
    file.getEnumTypes().forEach(each -> symbols.put(each.getFullName(), file));
    file.getMessageTypes().forEach(each -> add(each, file));
    file.getExtensions().forEach(each -> add(each, file));
  }

  private void add(Descriptor type, FileDescriptor file) {
    symbols.put(type.getFullName(), file);
    type.getEnumTypes().forEach(each -> symbols.put(each.getFullName(), file));
    type.getNestedTypes().forEach(each -> add(each, file));
    type.getExtensions().forEach(each -> add(each, file));
  }

  private void add(FieldDescriptor extension, FileDescriptor file) {
    symbols.put(extension.getFullName(), file);
    extensions
        .computeIfAbsent(extension.getContainingType().getFullName(), _ -> new TreeMap<>())
        .put(extension.getNumber(), file);
  }

  private StreamObserver<ServerReflectionRequest> answering(
      StreamObserver<ServerReflectionResponse> out) {
    return new StreamObserver<>() {
      @Override
      public void onNext(ServerReflectionRequest request) {
        out.onNext(answer(request));
      }

      @Override
      public void onError(Throwable thrown) {
        // The caller is gone.
      }

      @Override
      public void onCompleted() {
        out.onCompleted();
      }
    };
  }

  private ServerReflectionResponse answer(ServerReflectionRequest request) {
    ServerReflectionResponse.Builder answer =
        ServerReflectionResponse.newBuilder()
            .setValidHost(request.getHost())
            .setOriginalRequest(request);
    switch (request.getMessageRequestCase()) {
      case LIST_SERVICES -> answer.setListServicesResponse(list());
      case FILE_BY_FILENAME -> file(answer, files.get(request.getFileByFilename()));
      case FILE_CONTAINING_SYMBOL -> file(answer, symbols.get(request.getFileContainingSymbol()));
      case FILE_CONTAINING_EXTENSION -> {
        var asked = request.getFileContainingExtension();
        file(answer, extensionsOf(asked.getContainingType()).get(asked.getExtensionNumber()));
      }
      case ALL_EXTENSION_NUMBERS_OF_TYPE -> {
        String type = request.getAllExtensionNumbersOfType();
        answer.setAllExtensionNumbersResponse(
            ExtensionNumberResponse.newBuilder()
                .setBaseTypeName(type)
                .addAllExtensionNumber(extensionsOf(type).keySet()));
      }
      case MESSAGEREQUEST_NOT_SET -> answer.setErrorResponse(error(Status.INVALID_ARGUMENT));
    }
    return answer.build();
  }

  private Map<Integer, FileDescriptor> extensionsOf(String type) {
    return extensions.getOrDefault(type, Map.of());
  }

  private ListServiceResponse list() {
    ListServiceResponse.Builder all = ListServiceResponse.newBuilder();
    services.keySet().forEach(each -> all.addService(ServiceResponse.newBuilder().setName(each)));
    return all.build();
  }

  private static void file(
      ServerReflectionResponse.Builder answer, @Nullable FileDescriptor found) {
    if (found == null) {
      answer.setErrorResponse(error(Status.NOT_FOUND));
    } else {
      answer.setFileDescriptorResponse(
          FileDescriptorResponse.newBuilder()
              .addFileDescriptorProto(found.toProto().toByteString()));
    }
  }

  private static ErrorResponse error(Status status) {
    return ErrorResponse.newBuilder()
        .setErrorCode(status.getCode().value())
        .setErrorMessage(status.getCode().name())
        .build();
  }
}
