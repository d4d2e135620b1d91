package dev.tollgate.admin;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.jobs.Steps;
import dev.tollgate.proto.JsonWriter;
import dev.tollgate.proto.Operation;
import dev.tollgate.proto.v1.Kind;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Every operation of the contract with what carries it out. Filled when the gateway is wired, and
/// only read afterwards.
public final class Operations {
  private final Map<String, Operation> contract = new HashMap<>();
  private final Map<String, Bound> bound = new HashMap<>();
  private final Map<Class<?>, Function<Object, Message>> shown = new HashMap<>();

  public Operations() {
    Operation.ALL.forEach(each -> contract.put(each.fullName(), each));
  }

  /// Carries out an operation.
  public interface Handler {
    Result<Message> handle(Actor actor, Message request, Context context);
  }

  /// What an operation may use beside its request.
  ///
  /// @param trail for the audit log; of no use to a job, whose steps have trails of their own
  /// @param each takes the messages of a stream; it blocks while the caller does not take them
  public record Context(Trail trail, @Nullable Steps steps, @Nullable Consumer<Message> each) {}

  /// Reads.
  public interface Read<Q extends Message, A extends Message> {
    Result<A> handle(Actor actor, Q request);
  }

  /// Changes, in the unit of work that is open; or reads what is audited.
  public interface Audited<Q extends Message, A extends Message> {
    Result<A> handle(Actor actor, Q request, Trail trail);
  }

  /// Runs on its own.
  public interface Job<Q extends Message, A extends Message> {
    Result<A> handle(Actor actor, Q request, Steps steps);
  }

  /// Reads one message after the other.
  public interface Stream<Q extends Message, A extends Message> {
    Result<?> handle(Actor actor, Q request, Consumer<A> each);
  }

  /// An operation and what carries it out, types erased.
  public record Bound(
      Operation operation,
      Permission permission,
      MethodDescriptor<Message, Message> wire,
      Handler handler) {
    public Message.Builder newRequest() {
      return prototype(wire.getRequestMarshaller()).newBuilderForType();
    }

    public Message.Builder newAnswer() {
      return prototype(wire.getResponseMarshaller()).newBuilderForType();
    }

    private static Message prototype(MethodDescriptor.Marshaller<Message> marshaller) {
      Message prototype = ((PrototypeMarshaller<Message>) marshaller).getMessagePrototype();
      if (prototype == null) {
        throw new IllegalStateException("the marshaller has no prototype");
      }
      return prototype;
    }
  }

  public <Q extends Message, A extends Message> Operations read(
      MethodDescriptor<Q, A> method, Read<Q, A> handler) {
    return bind(
        method,
        Kind.KIND_READ,
        (actor, request, _) -> handler.handle(actor, request).map(Message.class::cast));
  }

  public <Q extends Message, A extends Message> Operations auditedRead(
      MethodDescriptor<Q, A> method, Audited<Q, A> handler) {
    return audited(method, Kind.KIND_READ, handler);
  }

  public <Q extends Message, A extends Message> Operations change(
      MethodDescriptor<Q, A> method, Audited<Q, A> handler) {
    return audited(method, Kind.KIND_CHANGE, handler);
  }

  private <Q extends Message, A extends Message> Operations audited(
      MethodDescriptor<Q, A> method, Kind kind, Audited<Q, A> handler) {
    return bind(
        method,
        kind,
        (actor, request, context) ->
            handler.handle(actor, request, context.trail()).map(Message.class::cast));
  }

  public <Q extends Message, A extends Message> Operations job(
      MethodDescriptor<Q, A> method, Job<Q, A> handler) {
    return bind(
        method,
        Kind.KIND_JOB,
        (actor, request, context) ->
            handler.handle(actor, request, there(context.steps())).map(Message.class::cast));
  }

  @SuppressWarnings("unchecked") // The pair of types is checked by the parameters.
  public <Q extends Message, A extends Message> Operations stream(
      MethodDescriptor<Q, A> method, Stream<Q, A> handler) {
    return bind(
        method,
        Kind.KIND_READ,
        (actor, request, context) ->
            handler
                .handle(actor, request, (Consumer<A>) (Consumer<?>) there(context.each()))
                .map(_ -> request));
  }

  private interface Typed<Q extends Message> {
    Result<Message> handle(Actor actor, Q request, Context context);
  }

  @SuppressWarnings("unchecked") // The pair of types is checked by the parameters.
  private <Q extends Message, A extends Message> Operations bind(
      MethodDescriptor<Q, A> method, Kind kind, Typed<Q> handler) {
    Operation operation = contract.get(method.getFullMethodName());
    if (operation == null || operation.kind() != kind) {
      throw new IllegalStateException(method.getFullMethodName() + " is no " + kind);
    }
    bound.put(
        operation.fullName(),
        new Bound(
            operation,
            Permission.parse(operation.rule().getPermission()),
            (MethodDescriptor<Message, Message>) (MethodDescriptor<?, ?>) method,
            (actor, request, context) -> handler.handle(actor, (Q) request, context)));
    return this;
  }

  /// How an object of the domain stands in the audit log.
  public <T> Operations shows(Class<T> type, Function<T, ? extends Message> message) {
    shown.put(type, object -> message.apply(type.cast(object)));
    return this;
  }

  /// The message of an object that was changed.
  Message show(Object object) {
    Function<Object, Message> mapper = shown.get(object.getClass());
    if (mapper == null) {
      throw new IllegalStateException("nothing shows a " + object.getClass());
    }
    return mapper.apply(object);
  }

  /// All of them, in the order of the contract.
  ///
  /// @throws IllegalStateException when one has nothing that carries it out
  public List<Bound> all() {
    List<Bound> all = new ArrayList<>();
    for (Operation each : Operation.ALL) {
      Bound found = bound.get(each.fullName());
      if (found == null) {
        throw new IllegalStateException("nothing carries out " + each.fullName());
      }
      all.add(found);
    }
    return all;
  }

  /// The operation of a name that no other has, `VerifyLedger`.
  Optional<Bound> named(String name) {
    return bound.values().stream().filter(each -> each.operation().name().equals(name)).findFirst();
  }

  /// The answer of an operation, kept as bytes, as it stands in JSON.
  public String text(String name, byte[] answer) {
    try {
      Bound found = named(name).orElseThrow();
      return JsonWriter.text(found.newAnswer().mergeFrom(answer).build());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an answer of " + name + " cannot be read", e);
    }
  }

  private static <T> T there(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("the operation was begun as one of another kind");
    }
    return value;
  }
}
