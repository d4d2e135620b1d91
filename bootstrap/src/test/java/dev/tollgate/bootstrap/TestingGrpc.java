package dev.tollgate.bootstrap;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.JsonReader;
import dev.tollgate.proto.JsonWriter;
import dev.tollgate.proto.Operation;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A gRPC client that asks any operation by its name, with JSON for messages.
final class TestingGrpc implements AutoCloseable {
  private final ManagedChannel channel;
  private final String token;

  TestingGrpc(int port, String token) {
    this(NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build(), token);
  }

  TestingGrpc(ManagedChannel channel, String token) {
    this.channel = channel;
    this.token = token;
  }

  /// What came back.
  ///
  /// @param messages as JSON
  /// @param code of gRPC, `OK` when all went well
  /// @param reason of the catalogue, or null
  /// @param headers that came before the first message
  record Answer(
      List<String> messages,
      String code,
      @Nullable String reason,
      @Nullable String field,
      String detail,
      Metadata headers) {
    @Nullable String header(String name) {
      return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }

  static Operation operation(String name) {
    return Operation.named(name).orElseThrow();
  }

  Answer ask(String name, String json) {
    return ask(name, json, Map.of());
  }

  /// @param json the request; a mask is made of its members as REST does
  Answer ask(String name, String json, Map<String, String> metadata) {
    Operation operation = operation(name);
    DynamicMessage.Builder request = DynamicMessage.newBuilder(operation.request());
    try {
      JsonReader.body(json.getBytes(StandardCharsets.UTF_8), request, List.of());
    } catch (InvalidRequest e) {
      throw new AssertionError("gRPC cannot even say this: " + e.detail(), e);
    }
    return ask(operation, request.build(), metadata);
  }

  Answer ask(Operation operation, Message request, Map<String, String> metadata) {
    Metadata headers = new Metadata();
    put(headers, "authorization", "Bearer " + token);
    metadata.forEach((key, value) -> put(headers, key, value));
    AtomicReference<Metadata> answered = new AtomicReference<>();
    var intercepted =
        ClientInterceptors.intercept(
            channel,
            MetadataUtils.newAttachHeadersInterceptor(headers),
            MetadataUtils.newCaptureMetadataInterceptor(answered, new AtomicReference<>()));
    List<String> messages = new ArrayList<>();
    try {
      Iterator<Message> all =
          ClientCalls.blockingServerStreamingCall(
              intercepted,
              method(operation),
              CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
              request);
      all.forEachRemaining(each -> messages.add(JsonWriter.text(each)));
      return new Answer(messages, "OK", null, null, "", answered.get());
    } catch (StatusRuntimeException e) {
      return refused(messages, e, answered.get());
    }
  }

  /// The answers to an empty request, one by one.
  Iterator<Message> stream(Operation operation) {
    Metadata headers = new Metadata();
    put(headers, "authorization", "Bearer " + token);
    return ClientCalls.blockingServerStreamingCall(
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
        method(operation),
        CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
        DynamicMessage.getDefaultInstance(operation.request()));
  }

  private static Answer refused(
      List<String> messages, StatusRuntimeException e, @Nullable Metadata headers) {
    String reason = null;
    String field = null;
    var status = StatusProto.fromThrowable(e);
    try {
      for (Any any : status == null ? List.<Any>of() : status.getDetailsList()) {
        if (any.is(ErrorInfo.class)) {
          reason = any.unpack(ErrorInfo.class).getReason();
        }
        if (any.is(BadRequest.class)) {
          field = any.unpack(BadRequest.class).getFieldViolations(0).getField();
        }
      }
    } catch (InvalidProtocolBufferException broken) {
      throw new AssertionError(broken);
    }
    return new Answer(
        messages,
        e.getStatus().getCode().name(),
        reason,
        field,
        String.valueOf(e.getStatus().getDescription()),
        headers == null ? new Metadata() : headers);
  }

  private static void put(Metadata headers, String key, String value) {
    headers.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), value);
  }

  static MethodDescriptor<Message, Message> method(Operation operation) {
    return MethodDescriptor.<Message, Message>newBuilder()
        .setType(
            operation.streams()
                ? MethodDescriptor.MethodType.SERVER_STREAMING
                : MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(operation.fullName())
        .setRequestMarshaller(marshaller(operation.request()))
        .setResponseMarshaller(marshaller(operation.response()))
        .build();
  }

  private static MethodDescriptor.Marshaller<Message> marshaller(Descriptor type) {
    return ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(type));
  }

  ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
