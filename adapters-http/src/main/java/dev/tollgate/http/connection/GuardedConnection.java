package dev.tollgate.http.connection;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.http.ServerResponse;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// One caller's connection. A request that does not arrive in time, or is larger than any may be,
/// is given up, and so is an answer that is not taken. While an answer is on its way a caller who
/// hangs up is noticed, although nobody reads from it.
///
/// The methods belong to the thread of the connection, but for [#watch], [#isGone] and what
/// [Connections] calls.
public final class GuardedConnection implements ConnectionContext {
  /// The connection whose request is being handled.
  public static final ScopedValue<GuardedConnection> CURRENT = ScopedValue.newInstance();

  private static final byte[] TOO_LATE = tooLate();

  private static final long LINGER_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int LONGEST_METHOD = 32;
  private static final int LINGER_BYTES = 16 << 20;

  /// How many may linger at once: what strangers send costs time and memory.
  private static final Semaphore LINGERING = new Semaphore(64);

  private final ConnectionContext context;
  private final HelidonSocket socket;
  private final DataReader first;
  private final DataReader reader = DataReader.create(this::pull);
  private final Hangup hangup;
  private final SocketWait wait;
  private final Arrival arrival = new Arrival();
  private final FirstWord method = new FirstWord();
  private final WatchedWriter writer;
  private final @Nullable InetAddress peer;

  /// Guarded by this.
  private @Nullable InetAddress counted;

  private volatile boolean looked;
  private boolean older;

  /// Whether a body was announced that has not been read to its end.
  private boolean bodyLeft;

  private boolean last;
  private volatile boolean waiting;

  /// When a lingering connection is closed for good, or 0.
  private volatile long lingerUntil;

  private boolean unread;

  /// Whether the caller was told that its request is overdue. Of the thread that looks after all.
  private boolean told;

  private static byte[] tooLate() {
    String body =
        "{\"error\":{\"message\":\"The request did not arrive in time: at least 32 KiB a second.\","
            + "\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"request_timeout\"}}";
    return ("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: application/json\r\n"
            + "content-length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  GuardedConnection(ConnectionContext context) {
    this.context = context;
    this.socket = context.serverSocket();
    this.first = context.dataReader();
    this.hangup = new Hangup(socket);
    this.wait = new SocketWait(socket);
    this.writer = new WatchedWriter(context.dataWriter(), wait);
    this.peer =
        socket.remotePeer().address() instanceof InetSocketAddress inet ? inet.getAddress() : null;
  }

  /// A request begins whose head has been read.
  ///
  /// @param body whether a body follows
  /// @param lastOne whether the connection serves no other one
  public void requestBegins(boolean body, boolean lastOne) {
    bodyLeft = body;
    last = lastOne;
  }

  /// The body was read to its end, so the connection can be used again.
  public void bodyRead(ServerResponse response) {
    bodyLeft = false;
    if (!last) {
      response.headers().remove(HeaderNames.CONNECTION);
    }
  }

  /// Whether the connection ends with this answer: what is left of a body would be taken for the
  /// next request.
  public boolean isLast() {
    return last || bodyLeft;
  }

  /// A body of unknown length. Its connection may serve no further request when the caller speaks
  /// HTTP/1.0: see [#isOlder].
  public OutputStream stream(ServerResponse response) {
    return older ? new OlderStream(response, writer) : response.outputStream();
  }

  /// Whether the method of this request came with small letters.
  public boolean hasLowerMethod() {
    return method.hasLower();
  }

  /// Whether the caller speaks HTTP/1.0. The server does not know of what was streamed to it then.
  public boolean isOlder() {
    return older;
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
    int here = reader.available();
    arrival.next(here > 0);
    method.next();
    if (here > 0) {
      method.read(reader.getBuffer(Math.min(here, LONGEST_METHOD)).readBytes());
    }
  }

  /// The caller's address, as 4 or 16 bytes.
  public byte[] address() {
    return peer == null ? new byte[4] : peer.getAddress();
  }

  @Nullable InetAddress peer() {
    return peer;
  }

  /// It is counted for an address, or for none.
  synchronized void countedAs(@Nullable InetAddress address) {
    counted = address;
  }

  /// The address that it was counted for until now, or null.
  synchronized @Nullable InetAddress uncount() {
    InetAddress before = counted;
    counted = null;
    return before;
  }

  /// How long it has been waiting for a request to begin, or -1 when one has.
  long idleNanos(long now) {
    return waiting ? arrival.silentNanos(now) : -1;
  }

  /// Closes the connection when its next byte is overdue, or not taken.
  void closeIfOverdue() {
    if (waiting && isOverdue()) {
      boolean telling = arrival.hasBegun() && lingerUntil == 0 && !told;
      if (telling) {
        told = true;
        Thread.ofVirtual().name("too-late").start(this::tellLate);
      } else {
        breakOff();
      }
    } else if (writer.isOverdue(System.nanoTime())) {
      breakOff();
    }
  }

  /// Says why the connection ends. Nothing else is being written: its thread waits for the request.
  private void tellLate() {
    try {
      writer.writeNow(BufferData.create(TOO_LATE));
    } catch (RuntimeException e) {
      // The caller does not hear it; all that matters is that the connection ends.
    } finally {
      breakOff();
    }
  }

  void breakOff() {
    wait.breakOff();
  }

  private byte @Nullable [] pull() {
    byte[] bytes = more();
    if (looked) {
      return bytes;
    }
    looked = true;
    while (!OlderRequest.hasFirstLine(bytes)) {
      bytes = OlderRequest.joined(bytes, more());
    }
    if (OlderRequest.begins(bytes)) {
      older = true;
      return OlderRequest.lifted(bytes, this::more);
    }
    return bytes;
  }

  private byte[] more() {
    if (first.available() > 0) {
      return received(first.readBytes(first.available()));
    }
    if (arrival.isTooLarge()) {
      throw new CloseConnectionException("the request is too large");
    }
    arrival.waits();
    waiting = true;
    wait.begins();
    try {
      byte[] bytes = hangup.isReading() ? hangup.takeOver() : socket.get();
      if (bytes == null || bytes.length == 0) {
        // The second is a farewell under TLS. Helidon would take it for an error of its own in the
        // middle of a request.
        throw new CloseConnectionException("the caller has closed the connection");
      }
      return received(bytes);
    } catch (UncheckedIOException e) {
      throw new CloseConnectionException("the connection broke or was overdue", e);
    } finally {
      wait.ends();
      waiting = false;
    }
  }

  private byte[] received(byte[] bytes) {
    arrival.received(bytes.length);
    method.read(bytes);
    return bytes;
  }

  private boolean isOverdue() {
    long now = System.nanoTime();
    if (lingerUntil != 0) {
      return now - lingerUntil > 0;
    }
    return arrival.isOverdue(now, !looked && socket.isSecure());
  }

  /// An answer was given although the request was not read to its end.
  void leaveUnread() {
    unread = true;
  }

  /// Reads for a moment what the caller is still sending, if anything was left: to close a socket
  /// with unread bytes resets it, and the caller might lose the answer.
  void linger() {
    if (!unread && !bodyLeft || !LINGERING.tryAcquire()) {
      return;
    }
    lingerUntil = System.nanoTime() + LINGER_NANOS;
    waiting = true;
    wait.begins();
    try {
      int left = LINGER_BYTES;
      while (left > 0 && !isOverdue()) {
        byte[] bytes = socket.get();
        left = bytes == null ? 0 : left - bytes.length;
      }
    } catch (UncheckedIOException e) {
      // The caller is gone, or took too long.
    } finally {
      wait.ends();
      waiting = false;
      LINGERING.release();
    }
  }

  /// Closes a connection under TLS, which its peer may hold up; the server closes any other.
  void farewell() {
    wait.farewell();
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
    return writer;
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
