package dev.tollgate.bootstrap;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A client that has no file of the contract: what it learns from the server is all that it knows.
final class ReflectedGrpc implements AutoCloseable {
  private final ManagedChannel channel;
  private final Channel authorized;
  private final Map<String, FileDescriptorProto> files = new HashMap<>();

  ReflectedGrpc(int port, String token) {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    authorized =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  List<String> services() throws Exception {
    return reflect(ServerReflectionRequest.newBuilder().setListServices("").build())
        .getListServicesResponse()
        .getServiceList()
        .stream()
        .map(each -> each.getName())
        .toList();
  }

  /// Asks and takes all answers.
  ///
  /// @param request in protobuf's text
  List<Message> ask(String service, String method, String request) throws Exception {
    String name = "tollgate.admin.v1." + service;
    ServerReflectionResponse found =
        reflect(ServerReflectionRequest.newBuilder().setFileContainingSymbol(name).build());
    String file = "";
    for (ByteString bytes : found.getFileDescriptorResponse().getFileDescriptorProtoList()) {
      FileDescriptorProto each = FileDescriptorProto.parseFrom(bytes);
      files.put(each.getName(), each);
      boolean declares = each.getServiceList().stream().anyMatch(s -> s.getName().equals(service));
      file = declares ? each.getName() : file;
    }
    var reflected = built(file).findServiceByName(service).findMethodByName(method);
    DynamicMessage.Builder message = DynamicMessage.newBuilder(reflected.getInputType());
    TextFormat.merge(request, message);
    List<Message> answers = new ArrayList<>();
    ClientCalls.blockingServerStreamingCall(
            authorized,
            MethodDescriptor.<Message, Message>newBuilder()
                .setType(
                    reflected.isServerStreaming()
                        ? MethodDescriptor.MethodType.SERVER_STREAMING
                        : MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(name + "/" + method)
                .setRequestMarshaller(
                    ProtoUtils.marshaller(
                        DynamicMessage.getDefaultInstance(reflected.getInputType())))
                .setResponseMarshaller(
                    ProtoUtils.marshaller(
                        DynamicMessage.getDefaultInstance(reflected.getOutputType())))
                .build(),
            CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
            message.build())
        .forEachRemaining(answers::add);
    return answers;
  }

  /// A member of a message, or of one inside it: `budget.id`.
  static Object member(Message message, String path) {
    Object value = message;
    for (String name : path.split("\\.", -1)) {
      Message of = (Message) value;
      value = of.getField(of.getDescriptorForType().findFieldByName(name));
    }
    return value;
  }

  private FileDescriptor built(String name) throws Exception {
    FileDescriptorProto file = files.get(name);
    if (file == null) {
      file =
          FileDescriptorProto.parseFrom(
              reflect(ServerReflectionRequest.newBuilder().setFileByFilename(name).build())
                  .getFileDescriptorResponse()
                  .getFileDescriptorProto(0));
    }
    List<FileDescriptor> needed = new ArrayList<>();
    for (String each : file.getDependencyList()) {
      needed.add(built(each));
    }
    return FileDescriptor.buildFrom(file, needed.toArray(FileDescriptor[]::new));
  }

  private ServerReflectionResponse reflect(ServerReflectionRequest request) throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> asking =
        ServerReflectionGrpc.newStub(channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse value) {
                    answer.complete(value);
                  }

                  @Override
                  public void onError(Throwable t) {
                    answer.completeExceptionally(t);
                  }

                  @Override
                  public void onCompleted() {}
                });
    asking.onNext(request);
    ServerReflectionResponse answered = answer.get(10, TimeUnit.SECONDS);
    asking.onCompleted();
    return answered;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
