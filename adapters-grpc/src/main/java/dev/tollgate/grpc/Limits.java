package dev.tollgate.grpc;

import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What a gRPC server has no setting for: how many connections there are, how many calls run, and
/// how long a request may take to arrive.
final class Limits extends ServerTransportFilter implements ServerInterceptor, AutoCloseable {
  private static final int MOST_CONNECTIONS = 500;
  private static final int MOST_CALLS = 256;

  /// Health and reflection need no token, and a watch of the health has no end.
  private static final int MOST_CALLS_OF_STRANGERS = 32;

  private static final int ARRIVAL_SECONDS = 30;

  private final AtomicInteger connections = new AtomicInteger();
  private final Semaphore calls = new Semaphore(MOST_CALLS);
  private final Semaphore callsOfStrangers = new Semaphore(MOST_CALLS_OF_STRANGERS);
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("grpc-arrivals").factory());

  Limits() {
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }

  /// What is thrown here closes the connection.
  @Override
  public Attributes transportReady(Attributes attributes) {
    if (connections.incrementAndGet() > MOST_CONNECTIONS) {
      throw Status.UNAVAILABLE.asRuntimeException();
    }
    return attributes;
  }

  /// Comes for refused connections too.
  @Override
  public void transportTerminated(Attributes attributes) {
    connections.decrementAndGet();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Semaphore permits = isOpenToAll(call.getMethodDescriptor()) ? callsOfStrangers : calls;
    if (!permits.tryAcquire()) {
      call.close(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "The gateway answers as many gRPC calls as it can. Try again."),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    AtomicReference<@Nullable Future<?>> arriving = new AtomicReference<>();
    Runnable end = ending(permits, arriving);
    ClosedOnce<Q, A> once = new ClosedOnce<>(call, end);
    Future<?> late = timer.schedule(once::late, ARRIVAL_SECONDS, TimeUnit.SECONDS);
    arriving.set(late);
    boolean begun = false;
    try {
      ServerCall.Listener<Q> listener = new Ending<>(next.startCall(once, headers), late, end);
      begun = true;
      return listener;
    } finally {
      if (!begun) {
        end.run();
      }
    }
  }

  private static boolean isOpenToAll(MethodDescriptor<?, ?> method) {
    return !String.valueOf(method.getServiceName()).startsWith("tollgate.");
  }

  /// A call is over when it is closed from here, which for a stranger is at once, or when its
  /// caller is gone.
  private static Runnable ending(Semaphore permits, AtomicReference<@Nullable Future<?>> arriving) {
    AtomicBoolean over = new AtomicBoolean();
    return () -> {
      Future<?> late = arriving.get();
      if (late != null) {
        late.cancel(false);
      }
      if (over.compareAndSet(false, true)) {
        permits.release();
      }
    };
  }

  /// A call that two threads may close: the handler, and the timer.
  private static final class ClosedOnce<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final AtomicBoolean closed = new AtomicBoolean();

    private final Runnable end;

    ClosedOnce(ServerCall<Q, A> call, Runnable end) {
      super(call);
      this.end = end;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (closed.compareAndSet(false, true)) {
        try {
          super.close(status, trailers);
        } finally {
          end.run();
        }
      }
    }

    void late() {
      close(
          Status.DEADLINE_EXCEEDED.withDescription(
              "The request did not arrive within " + ARRIVAL_SECONDS + " s."),
          new Metadata());
    }
  }

  private static final class Ending<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Future<?> late;
    private final Runnable end;

    Ending(ServerCall.Listener<Q> listener, Future<?> late, Runnable end) {
      super(listener);
      this.late = late;
      this.end = end;
    }

    @Override
    public void onHalfClose() {
      late.cancel(false);
      super.onHalfClose();
    }

    @Override
    public void onCancel() {
      end.run();
      super.onCancel();
    }

    @Override
    public void onComplete() {
      end.run();
      super.onComplete();
    }
  }
}
