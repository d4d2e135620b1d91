package dev.tollgate.http.connection;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/// One caller's connection. A request that does not arrive in time, or is larger than any may be,
/// is given up, and while an answer is on its way a caller who hangs up is noticed, although nobody
/// reads from it.
///
/// The methods belong to the thread of the connection, but for [#watch], [#isGone] and
/// [#closeIfOverdue].
public final class GuardedConnection implements ConnectionContext {
  /// The connection whose request is being handled.
  public static final ScopedValue<GuardedConnection> CURRENT = ScopedValue.newInstance();

  /// How long a request may take to arrive, beside the time its bytes need at the slowest speed.
  private static final long GRACE_NANOS = Duration.ofSeconds(7).toNanos();

  /// 32 KiB a second.
  private static final long NANOS_PER_BYTE = 1_000_000_000L / (32 << 10);

  private static final long LINGER_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int LINGER_BYTES = 16 << 20;
  private static final long KEEP_ALIVE_NANOS = Duration.ofSeconds(75).toNanos();

  /// More than the largest body that can be allowed, with its head. Helidon reads a chunk whole
  /// before anyone sees it, so the bound has to be here.
  private static final long LARGEST_REQUEST = 72L << 20;

  private final ConnectionContext context;
  private final HelidonSocket socket;
  private final DataReader first;
  private final DataReader reader = DataReader.create(this::pull);
  private final Hangup hangup;
  private byte @Nullable [] address;
  private volatile boolean waiting;
  private volatile boolean requestBegun;
  private volatile long since = System.nanoTime();
  private volatile long received;
  private volatile long lastByte = System.nanoTime();

  /// When a lingering connection is closed for good, or 0.
  private volatile long lingerUntil;

  private boolean unread;

  GuardedConnection(ConnectionContext context) {
    this.context = context;
    this.socket = context.serverSocket();
    this.first = context.dataReader();
    this.hangup = new Hangup(socket);
  }

  /// Runs the action once, from another thread, when the caller hangs up before this request is
  /// done. A later call replaces the action.
  public void watch(Runnable whenGone) {
    hangup.watch(whenGone);
  }

  /// Whether a watched caller has hung up.
  public boolean isGone() {
    return hangup.isGone();
  }

  /// Told when a request was answered: the next one has its own deadline.
  public void requestDone() {
    hangup.forget();
    // What is here already belongs to the next request, which has begun then.
    requestBegun = reader.available() > 0;
    since = System.nanoTime();
    lastByte = since;
    received = 0;
  }

  /// The caller's address, as 4 or 16 bytes.
  public byte[] address() {
    if (address == null) {
      address =
          remotePeer().address() instanceof InetSocketAddress inet
              ? inet.getAddress().getAddress()
              : new byte[4];
    }
    return address;
  }

  /// Closes the connection when its next byte is overdue.
  void closeIfOverdue() {
    if (waiting && isOverdue()) {
      try {
        socket.close();
      } catch (UncheckedIOException e) {
        // It was closed by the caller at the same moment.
      }
    }
  }

  private byte @Nullable [] pull() {
    if (first.available() > 0) {
      return received(first.readBytes(first.available()));
    }
    if (isOverdue() || received > LARGEST_REQUEST) {
      throw new CloseConnectionException("the request is too slow or too large");
    }
    waiting = true;
    try {
      byte[] bytes = hangup.isReading() ? hangup.takeOver() : socket.get();
      if (bytes == null) {
        // Helidon would take it for an error of its own in the middle of a request.
        throw new CloseConnectionException("the caller has closed the connection");
      }
      return received(bytes);
    } catch (UncheckedIOException e) {
      throw new CloseConnectionException("the connection broke or was overdue", e);
    } finally {
      waiting = false;
    }
  }

  private byte[] received(byte[] bytes) {
    if (!requestBegun) {
      requestBegun = true;
      since = System.nanoTime();
    }
    // Only this thread writes it.
    long sum = received + bytes.length;
    received = sum;
    lastByte = System.nanoTime();
    return bytes;
  }

  private boolean isOverdue() {
    long now = System.nanoTime();
    if (lingerUntil != 0) {
      return now - lingerUntil > 0;
    }
    if (!requestBegun) {
      return now - since > KEEP_ALIVE_NANOS;
    }
    return now - lastByte > GRACE_NANOS || now - since > GRACE_NANOS + received * NANOS_PER_BYTE;
  }

  /// Told when an answer is given although the request was not read to its end.
  public void leaveUnread() {
    unread = true;
  }

  /// Reads for a moment what the caller is still sending, if anything was left: to close a socket
  /// with unread bytes resets it, and the caller might lose the answer.
  void linger() {
    if (!unread) {
      return;
    }
    lingerUntil = System.nanoTime() + LINGER_NANOS;
    waiting = true;
    try {
      int left = LINGER_BYTES;
      while (left > 0 && !isOverdue()) {
        byte[] bytes = socket.get();
        left = bytes == null ? 0 : left - bytes.length;
      }
    } catch (UncheckedIOException e) {
      // The caller is gone, or took too long.
    } finally {
      waiting = false;
    }
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public ListenerContext listenerContext() {
    return context.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return context.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return context.dataWriter();
  }

  @Override
  public Router router() {
    return context.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return context.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return socket;
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
