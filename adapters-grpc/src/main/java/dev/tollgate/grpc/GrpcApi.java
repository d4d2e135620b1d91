package dev.tollgate.grpc;

import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import dev.tollgate.admin.Answer;
import dev.tollgate.admin.Asked;
import dev.tollgate.admin.Caller;
import dev.tollgate.admin.Dispatch;
import dev.tollgate.admin.Dispatch.Admission;
import dev.tollgate.admin.Fault;
import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Operations.Bound;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.Operation;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Every operation of the contract as gRPC services, for any gRPC server.
public final class GrpcApi {
  private static final Logger LOG = System.getLogger(GrpcApi.class.getName());
  private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
  private static final Metadata.Key<String> TENANT = key("x-tollgate-tenant");
  private static final Metadata.Key<String> IDEMPOTENCY = key("idempotency-key");
  private static final Metadata.Key<String> DRY_RUN = key("dry-run");
  private static final Metadata.Key<String> WAIT = key("wait");
  private static final Context.Key<Asker> ASKER = Context.key("asker");

  private static final Message UNREADABLE = Empty.newBuilder().build();

  private final Dispatch dispatch;
  private final Operations operations;
  private final Ids ids;

  public GrpcApi(Dispatch dispatch, Operations operations, Ids ids) {
    this.dispatch = dispatch;
    this.operations = operations;
    this.ids = ids;
  }

  /// Who asks, and what beside the message.
  private record Asker(Actor actor, Asked asked, Reply reply) {}

  /// All of them, for any server of gRPC.
  public List<ServerServiceDefinition> services() {
    List<ServerServiceDefinition> services = new ArrayList<>();
    for (var service : Operation.services()) {
      List<Bound> bound =
          operations.all().stream()
              .filter(each -> each.operation().method().getService().equals(service))
              .toList();
      var descriptor =
          io.grpc.ServiceDescriptor.newBuilder(service.getFullName())
              .setSchemaDescriptor((ProtoFileDescriptorSupplier) service::getFile);
      Map<Bound, MethodDescriptor<Message, Message>> methods = new LinkedHashMap<>();
      bound.forEach(each -> methods.put(each, readable(each.wire())));
      methods.values().forEach(descriptor::addMethod);
      var definition = ServerServiceDefinition.builder(descriptor.build());
      methods.forEach((each, method) -> definition.addMethod(method, handler(each)));
      services.add(definition.build());
    }
    return services;
  }

  /// The same method; a message that cannot be read becomes one that no caller sends, so that it is
  /// answered as every other error.
  private static MethodDescriptor<Message, Message> readable(
      MethodDescriptor<Message, Message> method) {
    return method.toBuilder().setRequestMarshaller(new Lenient(method)).build();
  }

  private record Lenient(MethodDescriptor<Message, Message> method)
      implements MethodDescriptor.Marshaller<Message> {
    @Override
    public InputStream stream(Message message) {
      return method.getRequestMarshaller().stream(message);
    }

    @Override
    public Message parse(InputStream in) {
      try {
        return method.getRequestMarshaller().parse(in);
      } catch (StatusRuntimeException e) {
        return UNREADABLE;
      }
    }
  }

  /// The caller is looked at when the headers are there, before a message is read.
  private ServerCallHandler<Message, Message> handler(Bound bound) {
    ServerCallHandler<Message, Message> admitted =
        bound.operation().streams()
            ? ServerCalls.asyncServerStreamingCall((request, out) -> answer(bound, request, out))
            : ServerCalls.asyncUnaryCall((request, out) -> answer(bound, request, out));
    return (call, headers) -> {
      CallId id = new CallId(ids.next());
      Caller caller =
          new Caller(headers.get(AUTHORIZATION), headers.get(TENANT), Actor.Surface.GRPC, id);
      Reply reply = new Reply(call, id);
      return switch (dispatch.admit(bound, caller)) {
        case Admission.Admitted(Actor actor) -> {
          Asker asker;
          try {
            asker = new Asker(actor, asked(headers), reply);
          } catch (InvalidRequest e) {
            yield refuse(reply, Fault.of(e), id);
          }
          yield Contexts.interceptCall(
              Context.current().withValue(ASKER, asker), reply, headers, admitted);
        }
        case Admission.Refused(Fault fault) -> refuse(reply, fault, id);
      };
    };
  }

  private static Metadata trailers(StatusRuntimeException refusal) {
    Metadata trailers = refusal.getTrailers();
    return trailers == null ? new Metadata() : trailers;
  }

  private static ServerCall.Listener<Message> refuse(Reply reply, Fault fault, CallId id) {
    StatusRuntimeException refusal = GrpcStatuses.of(fault, id);
    reply.close(refusal.getStatus(), trailers(refusal));
    return new ServerCall.Listener<>() {};
  }

  private static Asked asked(Metadata headers) {
    return new Asked(
        once(headers, IDEMPOTENCY), List.of(), once(headers, DRY_RUN), once(headers, WAIT));
  }

  private static @Nullable String once(Metadata headers, Metadata.Key<String> key) {
    Iterable<String> all = headers.getAll(key);
    if (all == null) {
      return null;
    }
    Iterator<String> each = all.iterator();
    String value = each.next();
    if (each.hasNext()) {
      throw new InvalidRequest(key.originalName(), key.originalName() + " stands twice.");
    }
    return value;
  }

  private static StatusRuntimeException unreadable(Bound bound, Asker asker) {
    String type = bound.operation().request().getFullName();
    return GrpcStatuses.of(
        Fault.of(new InvalidRequest(null, "The message is no " + type + ".")),
        asker.actor().request());
  }

  private void answer(Bound bound, Message request, StreamObserver<Message> out) {
    if (request.equals(UNREADABLE)) {
      out.onError(unreadable(bound, ASKER.get()));
    } else if (bound.operation().streams()) {
      stream(bound, request, out);
    } else {
      unary(bound, request, out);
    }
  }

  private void unary(Bound bound, Message request, StreamObserver<Message> out) {
    // Without it, an answer to a caller who is gone is thrown back.
    ((ServerCallStreamObserver<Message>) out).setOnCancelHandler(() -> {});
    Asker asker = ASKER.get();
    switch (dispatch.answer(bound, asker.actor(), asker.asked(), request)) {
      case Answer.Done(Message message, boolean replayed) ->
          send(out, asker.reply(), message, replayed);
      case Answer.Pending(Message message, boolean replayed) ->
          send(out, asker.reply(), message, replayed);
      case Answer.Refused(Fault fault) ->
          out.onError(GrpcStatuses.of(fault, asker.actor().request()));
    }
  }

  private static void send(
      StreamObserver<Message> out, Reply reply, Message message, boolean replayed) {
    reply.replayed = replayed;
    out.onNext(message);
    out.onCompleted();
  }

  /// On a thread of its own: a call's callbacks come one after the other, so that one which waits
  /// for its caller would keep the news away that the caller is ready.
  private void stream(Bound bound, Message request, StreamObserver<Message> out) {
    Waiting waiting = new Waiting((ServerCallStreamObserver<Message>) out);
    Thread.startVirtualThread(Context.current().wrap(() -> stream(bound, request, out, waiting)));
  }

  private void stream(Bound bound, Message request, StreamObserver<Message> out, Waiting waiting) {
    Asker asker = ASKER.get();
    try {
      switch (dispatch.stream(bound, asker.actor(), asker.asked(), request, waiting::send)) {
        case Answer.Refused(Fault fault) ->
            out.onError(GrpcStatuses.of(fault, asker.actor().request()));
        case Answer.Done _, Answer.Pending _ -> out.onCompleted();
      }
    } catch (Dispatch.SurfaceBroke e) {
      LOG.log(Level.DEBUG, "a stream broke", e);
      asker.reply().breakOff();
    }
  }

  /// The answer to a call, with the metadata that comes before it.
  private static final class Reply
      extends io.grpc.ForwardingServerCall.SimpleForwardingServerCall<Message, Message> {
    private static final Metadata.Key<String> REQUEST_ID = key("x-request-id");
    private static final Metadata.Key<String> REPLAYED = key("idempotent-replayed");

    private final CallId id;
    private boolean replayed;

    Reply(ServerCall<Message, Message> call, CallId id) {
      super(call);
      this.id = id;
    }

    @Override
    public void sendHeaders(Metadata headers) {
      headers.put(REQUEST_ID, id.toString());
      if (replayed) {
        headers.put(REPLAYED, "true");
      }
      super.sendHeaders(headers);
    }

    /// The caller is gone, or has stopped reading.
    void breakOff() {
      close(io.grpc.Status.ABORTED.withDescription("The caller does not read."), new Metadata());
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
