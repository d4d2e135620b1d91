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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What a gRPC server has no setting for: how many connections there are, how many calls run, and
/// how long a request may take to arrive.
final class Limits extends ServerTransportFilter implements ServerInterceptor, AutoCloseable {
  private static final int MOST_CONNECTIONS = 500;
  private static final int MOST_CALLS = 256;

  /// Health and reflection need no token, and a watch of the health has no end.
  private static final int MOST_CALLS_OF_STRANGERS = 32;

  private static final int ARRIVAL_SECONDS = 30;

  private final Set<ClosedOnce<?, ?>> openToAll = ConcurrentHashMap.newKeySet();
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
    boolean needsNoToken = isOpenToAll(call.getMethodDescriptor());
    Semaphore permits = needsNoToken ? callsOfStrangers : calls;
    if (!permits.tryAcquire()) {
      call.close(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "The gateway answers as many gRPC calls as it can. Try again."),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    ClosedOnce<Q, A> once = new ClosedOnce<>(call, permits);
    Future<?> late = timer.schedule(once::late, ARRIVAL_SECONDS, TimeUnit.SECONDS);
    once.arriving = late;
    if (needsNoToken) {
      openToAll.add(once);
    }
    boolean begun = false;
    try {
      ServerCall.Listener<Q> listener = new Ending<>(next.startCall(once, headers), late, once);
      begun = true;
      return listener;
    } finally {
      if (!begun) {
        once.end();
      }
    }
  }

  private static boolean isOpenToAll(MethodDescriptor<?, ?> method) {
    return !String.valueOf(method.getServiceName()).startsWith("tollgate.");
  }

  /// Ends what needs no token: a watch of the health has no end of its own.
  void closeOpenToAll() {
    openToAll.forEach(ClosedOnce::stopping);
  }

  /// A call that two threads may close: the handler, and the timer. It is over when it is closed
  /// from here, which for a stranger is at once, or when its caller is gone.
  private final class ClosedOnce<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Semaphore permits;
    private volatile @Nullable Future<?> arriving;

    ClosedOnce(ServerCall<Q, A> call, Semaphore permits) {
      super(call);
      this.permits = permits;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (closed.compareAndSet(false, true)) {
        try {
          super.close(status, trailers);
        } finally {
          end();
        }
      }
    }

    void end() {
      Future<?> late = arriving;
      if (late != null) {
        late.cancel(false);
      }
      if (over.compareAndSet(false, true)) {
        openToAll.remove(this);
        permits.release();
      }
    }

    void stopping() {
      close(Status.UNAVAILABLE.withDescription("The gateway stops."), new Metadata());
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
    private final ClosedOnce<?, ?> call;

    Ending(ServerCall.Listener<Q> listener, Future<?> late, ClosedOnce<?, ?> call) {
      super(listener);
      this.late = late;
      this.call = call;
    }

    @Override
    public void onHalfClose() {
      late.cancel(false);
      super.onHalfClose();
    }

    @Override
    public void onCancel() {
      call.end();
      super.onCancel();
    }

    @Override
    public void onComplete() {
      call.end();
      super.onComplete();
    }
  }
}
