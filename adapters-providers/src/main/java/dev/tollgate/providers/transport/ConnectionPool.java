package dev.tollgate.providers.transport;

import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.domain.catalog.BaseUrls;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.inference.Failure;
import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Connections to one server: at most [#MOST] at a time, the one used last first, none older than
/// [#LONGEST_IDLE] without use. Each is looked at before it is used again.
final class ConnectionPool {
  static final int MOST = 8_192;
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(30);
  private static final String TIMED_OUT = "it timed out.";

  private final Connector connector;
  private final AddressGuard guard;
  private final Duration connectPatience;
  private final String host;
  private final int port;
  private final @Nullable Tls tls;
  private final @Nullable URI proxy;
  private final Semaphore free = new Semaphore(MOST);
  private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  private record Idle(ProviderConnection connection, long since) {}

  /// @throws IllegalArgumentException when the provider's CA bundle cannot be read
  ConnectionPool(URI url, Provider provider, Connector connector) {
    this.connector = connector;
    this.guard = new AddressGuard(provider.allowPrivateNetwork());
    this.connectPatience = provider.options().timeouts().connect();
    this.host = url.getHost();
    this.port = BaseUrls.port(url);
    this.tls =
        "https".equals(url.getScheme()) ? TrustedTls.create(provider.options().caBundle()) : null;
    this.proxy = provider.options().egressProxy();
  }

  /// An open connection, for the caller alone.
  ///
  /// @throws UpstreamFailure of kind `CONNECT` when none can be had in time
  Lease acquire(Duration patience) {
    try {
      if (!free.tryAcquire() && !free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new UpstreamFailure(
            Failure.Kind.CONNECT, "All " + MOST + " connections to the provider are in use.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UpstreamFailure(Failure.Kind.CONNECT, "The gateway is stopping.");
    }
    boolean leased = false;
    try {
      ProviderConnection connection = reusable();
      boolean reused = connection != null;
      Lease lease = new Lease(connection == null ? connect() : connection, reused);
      leased = true;
      return lease;
    } finally {
      if (!leased) {
        free.release();
      }
    }
  }

  /// Closes what is idle now, and each connection in use when its answer has been read.
  void close() {
    closed = true;
    for (Idle each = idle.poll(); each != null; each = idle.poll()) {
      each.connection().close();
    }
  }

  /// Closes what has been idle for too long: without calls nobody else would notice.
  void tidy() {
    for (Idle oldest = idle.peekLast();
        oldest != null && !isYoung(oldest);
        oldest = idle.peekLast()) {
      if (idle.removeLastOccurrence(oldest)) {
        oldest.connection().close();
      }
    }
  }

  private static boolean isYoung(Idle idle) {
    return System.nanoTime() - idle.since() < LONGEST_IDLE.toNanos();
  }

  private @Nullable ProviderConnection reusable() {
    for (Idle each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
      if (isYoung(each) && each.connection().isQuiet()) {
        return each.connection();
      }
      each.connection().close();
    }
    return null;
  }

  private ProviderConnection connect() {
    // Resolved here also when a proxy makes the connection: it must not lead where we may not go.
    InetSocketAddress server = new InetSocketAddress(guard.resolve(host), port);
    InetSocketAddress first =
        proxy == null
            ? server
            : new InetSocketAddress(guard.resolve(proxy.getHost()), BaseUrls.port(proxy));
    try {
      return opened(connector.connect(first, connectPatience), server);
    } catch (IOException e) {
      throw unreachable(reason(e));
    } catch (UncheckedIOException e) {
      throw unreachable(reason(e.getCause()));
    }
  }

  /// Tunnel and handshake, which together may take as long as the connection itself.
  private ProviderConnection opened(SocketChannel channel, InetSocketAddress server)
      throws IOException {
    ReadWatch.Reader watched =
        new ReadWatch.Reader(
            System.nanoTime() + connectPatience.toNanos(), _ -> {}, () -> closeQuietly(channel));
    ReadWatch.instance().add(watched);
    watched.waits(System.nanoTime(), connectPatience.toNanos());
    boolean open = false;
    try {
      if (proxy != null) {
        ProxyTunnel.open(channel, host, port);
      }
      ProviderConnection connection =
          tls == null
              ? ProviderConnection.plain(channel)
              : ProviderConnection.secure(channel, tls, server);
      open = true;
      return connection;
    } catch (IOException | UncheckedIOException e) {
      if (watched.isOverdue()) {
        throw unreachable(TIMED_OUT);
      }
      throw e;
    } finally {
      watched.goesOn();
      ReadWatch.instance().remove(watched);
      if (!open) {
        closeQuietly(channel);
      }
    }
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more, which is all that is wanted.
    }
  }

  private static UpstreamFailure unreachable(String reason) {
    return new UpstreamFailure(
        Failure.Kind.CONNECT, "No connection to the provider could be made: " + reason);
  }

  private static String reason(@Nullable Throwable cause) {
    if (cause instanceof SocketTimeoutException) {
      return TIMED_OUT;
    }
    if (cause instanceof ConnectException) {
      return "it was refused.";
    }
    if (cause instanceof ProxyTunnel.Refused) {
      return "the proxy refused it.";
    }
    return cause instanceof SSLException ? "the TLS handshake failed." : "it failed.";
  }

  /// A connection in use. Exactly one of [#giveBack] and [#discard] has an effect, the first.
  final class Lease {
    private final ProviderConnection connection;
    private final boolean reused;
    private boolean over;

    private Lease(ProviderConnection connection, boolean reused) {
      this.connection = connection;
      this.reused = reused;
    }

    ProviderConnection connection() {
      return connection;
    }

    boolean reused() {
      return reused;
    }

    /// Returns the connection, whose answer was read to its exact end.
    void giveBack() {
      if (!end()) {
        return;
      }
      idle.offerFirst(new Idle(connection, System.nanoTime()));
      free.release();
      if (closed) {
        close();
      }
    }

    void discard() {
      if (end()) {
        connection.close();
        free.release();
      }
    }

    private synchronized boolean end() {
      boolean first = !over;
      over = true;
      return first;
    }
  }
}
