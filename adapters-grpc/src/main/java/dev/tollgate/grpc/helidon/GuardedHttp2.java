package dev.tollgate.grpc.helidon;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.Router;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/// One connection as Helidon's HTTP/2 sees it: what comes has passed a [FrameFilter], its threads
/// are counted and end with it, and everything has a deadline.
final class GuardedHttp2 implements ConnectionContext {
  /// SETTINGS: no push, 32 streams, 8 KiB of headers. Helidon enforces twice as many streams, for
  /// it counts one for a moment after its end.
  private static final byte[] OURS = {
    0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 32, 0, 6, 0, 0, 32, 0
  };

  private static final int FRAME_SECONDS = 7;
  private static final int REQUEST_SECONDS = 300;
  private static final int WRITE_SECONDS = 30;
  private static final int IDLE_SECONDS = 75;
  private static final int HEAD = 9;
  private static final int WINDOW_UPDATE = 8;

  /// The connection that a thread of a call belongs to.
  private static final ScopedValue<GuardedHttp2> OF_CALL = ScopedValue.newInstance();

  private final ConnectionContext context;
  private final Semaphore permits;

  /// Helidon forgets a stream before it sends its end, and ends the connection over a reset of one
  /// that it has forgotten. So calls end under the one lock, and a reset goes to Helidon under the
  /// other.
  private final ReentrantReadWriteLock ends = new ReentrantReadWriteLock();

  private final FrameFilter filter;
  private final ExecutorService threads = Executors.newThreadPerTaskExecutor(this::thread);
  private final DataReader reader = DataReader.create(this::pull);
  private final AtomicInteger calls = new AtomicInteger();
  private final ReentrantLock writes = new ReentrantLock();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final Thread owner = Thread.currentThread();
  private boolean told;
  private volatile long lastByte = System.nanoTime();
  private volatile long writing = Long.MAX_VALUE;

  /// @param permits how many calls all connections together may have
  GuardedHttp2(ConnectionContext context, Semaphore permits) {
    this.context = context;
    this.permits = permits;
    this.filter = new FrameFilter(() -> permits.availablePermits() == 0, this::holdEnds, lastByte);
  }

  /// Ends the threads of its calls: Helidon leaves each for good.
  void over() {
    letEnd();
    threads.shutdownNow();
  }

  /// The connection of the call that this thread carries out.
  static @Nullable GuardedHttp2 ofCall() {
    return OF_CALL.isBound() ? OF_CALL.get() : null;
  }

  /// Ends a call, while no reset is on its way to Helidon.
  void end(Runnable call) {
    ends.readLock().lock();
    try {
      call.run();
    } finally {
      ends.readLock().unlock();
    }
  }

  /// Until Helidon has taken what it is given and asks for more.
  private void holdEnds() {
    if (!ends.isWriteLockedByCurrentThread()) {
      ends.writeLock().lock();
    }
  }

  private void letEnd() {
    if (ends.isWriteLockedByCurrentThread()) {
      ends.writeLock().unlock();
    }
  }

  /// Asked every half second by the watch.
  void closeIfOverdue() {
    boolean overdue =
        isOver(filter.waitingSince(), FRAME_SECONDS)
            || isOver(filter.oldestSince(), REQUEST_SECONDS)
            || isOver(writing, WRITE_SECONDS)
            || calls.get() == 0 && isOver(lastByte, IDLE_SECONDS);
    if (overdue) {
      close();
    }
  }

  void close() {
    if (closing.compareAndSet(false, true)) {
      // On a thread of its own: a close may wait for the thread that reads, and the watch must not.
      owner.interrupt();
      Thread.startVirtualThread(
          () -> {
            try {
              context.serverSocket().close();
            } catch (UncheckedIOException e) {
              // It is closed already.
            }
          });
    }
  }

  private static boolean isOver(long since, int seconds) {
    return since != Long.MAX_VALUE && System.nanoTime() - since > TimeUnit.SECONDS.toNanos(seconds);
  }

  private @Nullable Thread thread(Runnable call) {
    if (!permits.tryAcquire()) {
      return null;
    }
    calls.incrementAndGet();
    return Thread.ofVirtual()
        .unstarted(
            () -> {
              try {
                ScopedValue.where(OF_CALL, this).run(call);
              } finally {
                calls.decrementAndGet();
                lastByte = System.nanoTime();
                permits.release();
              }
            });
  }

  private byte[] pull() {
    try {
      byte[] passed;
      do {
        letEnd();
        byte[] bytes = context.dataReader().available() > 0 ? buffered() : socket();
        lastByte = System.nanoTime();
        passed = filter.take(bytes, lastByte);
        growWindow(filter.dropped());
      } while (passed.length == 0);
      return passed;
    } catch (UncheckedIOException e) {
      throw new CloseConnectionException("the connection broke, or was overdue", e);
    }
  }

  private void growWindow(int bytes) {
    if (bytes > 0) {
      BufferData frame = BufferData.create(HEAD + 4);
      frame.write(new byte[] {0, 0, 4, WINDOW_UPDATE, 0, 0, 0, 0, 0});
      frame.writeInt32(bytes);
      dataWriter().writeNow(frame);
    }
  }

  private byte[] buffered() {
    DataReader first = context.dataReader();
    return first.readBytes(first.available());
  }

  private byte[] socket() {
    byte[] bytes = context.serverSocket().get();
    if (bytes == null) {
      throw new CloseConnectionException("the caller is gone");
    }
    return bytes;
  }

  @Override
  public ExecutorService executor() {
    return threads;
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public DataWriter dataWriter() {
    DataWriter writer = context.dataWriter();
    return new DataWriter() {
      @Override
      public void writeNow(BufferData frame) {
        if (frame.available() >= HEAD) {
          filter.sent(frame.get(3), frame.get(4), stream(frame));
        }
        writing = System.nanoTime();
        writes.lock();
        try {
          // The first frame is that of Helidon's own settings.
          writer.writeNow(told ? frame : BufferData.create(OURS));
          told = true;
        } finally {
          writes.unlock();
          writing = Long.MAX_VALUE;
        }
      }

      @Override
      public void writeNow(BufferData... frames) {
        writeNow(BufferData.create(frames));
      }

      @Override
      public void write(BufferData frame) {
        writeNow(frame);
      }

      @Override
      public void write(BufferData... frames) {
        writeNow(BufferData.create(frames));
      }
    };
  }

  private static int stream(BufferData frame) {
    return (frame.get(5) & 127) << 24
        | (frame.get(6) & 255) << 16
        | (frame.get(7) & 255) << 8
        | frame.get(8) & 255;
  }

  @Override
  public Router router() {
    return context.router();
  }

  @Override
  public ListenerContext listenerContext() {
    return context.listenerContext();
  }

  @Override
  public HelidonSocket serverSocket() {
    return context.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return context.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return context.localPeer();
  }

  @Override
  public boolean isSecure() {
    return context.isSecure();
  }

  @Override
  public String socketId() {
    return context.socketId();
  }

  @Override
  public String childSocketId() {
    return context.childSocketId();
  }
}
