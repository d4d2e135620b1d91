package dev.tollgate.grpc.helidon;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// How calls end that Helidon does not end: an exception becomes an answer, and so does a message
/// that it gives up. What comes after a caller has gone is dropped, for it would end the calls of
/// the others on his connection.
final class Endings implements ServerInterceptor, AutoCloseable {
  private static final int ARRIVAL_SECONDS = 30;

  /// It has no end, and needs no token: a stranger could hold all threads by it.
  private static final String WATCH = HealthGrpc.getWatchMethod().getFullMethodName();

  /// Helidon unpacks only what comes in one frame.
  private static final Metadata.Key<String> ENCODING =
      Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);

  private static final Metadata.Key<String> TIMEOUT =
      Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);

  private static final Map<Character, TimeUnit> UNITS =
      Map.of(
          'H', TimeUnit.HOURS,
          'M', TimeUnit.MINUTES,
          'S', TimeUnit.SECONDS,
          'm', TimeUnit.MILLISECONDS,
          'u', TimeUnit.MICROSECONDS,
          'n', TimeUnit.NANOSECONDS);

  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("grpc-helidon-arrivals").factory());

  Endings() {
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Ended<Q, A> ended = new Ended<>(call);
    String encoding = headers.get(ENCODING);
    if (encoding != null && !encoding.equals("identity")) {
      ended.end(
          Status.UNIMPLEMENTED, "Send messages as they are. The other port takes packed ones.");
      return new ServerCall.Listener<>() {};
    }
    if (call.getMethodDescriptor().getFullMethodName().equals(WATCH)) {
      ended.end(Status.UNIMPLEMENTED, "Ask with Check. A watch is served on the other port.");
      return new ServerCall.Listener<>() {};
    }
    Future<?> late =
        timer.schedule(
            () ->
                ended.end(
                    Status.DEADLINE_EXCEEDED,
                    "The request did not arrive within " + ARRIVAL_SECONDS + " s."),
            ARRIVAL_SECONDS,
            TimeUnit.SECONDS);
    ended.endsBy(deadline(headers.get(TIMEOUT), ended));
    return new Ending<>(next.startCall(ended, headers), ended, late);
  }

  /// The caller's own limit, which Helidon does not keep.
  ///
  /// @param timeout digits and a unit, as gRPC sends it, or null
  private @Nullable Future<?> deadline(@Nullable String timeout, Ended<?, ?> call) {
    if (timeout == null || !timeout.matches("[0-9]{1,8}[HMSmun]")) {
      return null;
    }
    int unit = timeout.length() - 1;
    return timer.schedule(
        () -> call.end(Status.DEADLINE_EXCEEDED, "The deadline of the call has passed."),
        Long.parseLong(timeout.substring(0, unit)),
        UNITS.get(timeout.charAt(unit)));
  }

  private static final class Ended<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final @Nullable GuardedHttp2 connection = GuardedHttp2.ofCall();
    private volatile @Nullable Future<?> deadline;

    Ended(ServerCall<Q, A> call) {
      super(call);
    }

    void endsBy(@Nullable Future<?> limit) {
      deadline = limit;
    }

    void over() {
      Future<?> limit = deadline;
      if (limit != null) {
        limit.cancel(false);
      }
    }

    @Override
    public void sendHeaders(Metadata headers) {
      unlessGone(() -> super.sendHeaders(headers));
    }

    @Override
    public void sendMessage(A message) {
      // It may wait for its caller's window, so it keeps no reset waiting.
      sendUnlessGone(() -> super.sendMessage(message));
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (closed.compareAndSet(false, true)) {
        over();
        unlessGone(() -> super.close(status, trailers));
      }
    }

    private void unlessGone(Runnable send) {
      if (connection == null) {
        sendUnlessGone(send);
      } else {
        connection.end(() -> sendUnlessGone(send));
      }
    }

    private void sendUnlessGone(Runnable send) {
      if (!isCancelled()) {
        send.run();
      }
    }

    void end(Status status, String description) {
      close(status.withDescription(description), new Metadata());
    }
  }

  private static final class Ending<Q, A> extends SimpleForwardingServerCallListener<Q> {
    private final Ended<Q, A> call;
    private final Future<?> late;

    Ending(ServerCall.Listener<Q> listener, Ended<Q, A> call, Future<?> late) {
      super(listener);
      this.call = call;
      this.late = late;
    }

    @Override
    public void onHalfClose() {
      late.cancel(false);
      try {
        super.onHalfClose();
      } catch (RuntimeException e) {
        call.end(Status.INTERNAL, "Tollgate failed to handle the request.");
        throw e;
      }
    }

    @Override
    public void onCancel() {
      late.cancel(false);
      call.over();
      if (!call.isCancelled()) {
        call.end(Status.RESOURCE_EXHAUSTED, "The message cannot be read, or is too large.");
      }
      super.onCancel();
    }

    @Override
    public void onComplete() {
      late.cancel(false);
      call.over();
      super.onComplete();
    }
  }
}
