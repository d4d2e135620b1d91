package dev.tollgate.providers.transport;

import dev.tollgate.domain.catalog.BaseUrls;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.inference.Failure;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.common.tls.Tls;
import io.helidon.webclient.api.ConnectionKey;
import io.helidon.webclient.api.DnsAddressLookup;
import io.helidon.webclient.api.Proxy;
import io.helidon.webclient.api.TcpClientConnection;
import io.helidon.webclient.api.WebClient;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Connections to one server: at most [#MOST] at a time, the one used last first, none older than
/// [#LONGEST_IDLE] without use.
final class ConnectionPool {
  static final int MOST = 8_192;
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(30);

  /// One that was idle for longer is asked whether it is still open before it is used again.
  private static final Duration SURELY_OPEN = Duration.ofSeconds(1);

  private final WebClient client;
  private final ConnectionKey key;
  private final Semaphore free = new Semaphore(MOST);
  private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();

  private record Idle(TcpClientConnection connection, long since) {}

  ConnectionPool(URI url, Provider provider) {
    Duration connect = provider.options().timeouts().connect();
    this.client =
        WebClient.builder()
            .servicesDiscoverServices(false)
            // The connection to a proxy is made with the client's own resolver.
            .dnsResolver(new AddressGuard(provider.allowPrivateNetwork()))
            .socketOptions(
                options -> options.connectTimeout(connect).readTimeout(connect).tcpNoDelay(true))
            .writeBufferSize(0)
            .build();
    boolean secure = "https".equals(url.getScheme());
    URI proxy = provider.options().egressProxy();
    this.key =
        ConnectionKey.create(
            url.getScheme(),
            url.getHost(),
            BaseUrls.port(url),
            secure
                ? TrustedTls.create(provider.options().caBundle())
                : Tls.builder().enabled(false).build(),
            new AddressGuard(provider.allowPrivateNetwork()),
            DnsAddressLookup.defaultLookup(),
            proxy == null
                ? Proxy.noProxy()
                : Proxy.builder()
                    .type(Proxy.ProxyType.HTTP)
                    .host(proxy.getHost())
                    .port(BaseUrls.port(proxy))
                    .build());
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
      TcpClientConnection connection = reusable();
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

  void close() {
    for (Idle each = idle.poll(); each != null; each = idle.poll()) {
      each.connection().closeResource();
    }
  }

  private @Nullable TcpClientConnection reusable() {
    for (Idle each = idle.pollFirst(); each != null; each = idle.pollFirst()) {
      long age = System.nanoTime() - each.since();
      if (age < SURELY_OPEN.toNanos()
          || age < LONGEST_IDLE.toNanos() && isOpen(each.connection())) {
        return each.connection();
      }
      each.connection().closeResource();
    }
    return null;
  }

  /// A server that has closed its end lets a read return at once; one that has not lets it time
  /// out.
  private static boolean isOpen(TcpClientConnection connection) {
    try {
      connection.readTimeout(Duration.ofMillis(1));
      connection.reader().pullData();
      return false;
    } catch (InsufficientDataAvailableException e) {
      return false;
    } catch (UncheckedIOException e) {
      return e.getCause() instanceof SocketTimeoutException;
    }
  }

  private TcpClientConnection connect() {
    TcpClientConnection connection =
        TcpClientConnection.create(client, key, List.of("http/1.1"), _ -> false, _ -> {});
    try {
      return connection.connect();
    } catch (UncheckedIOException e) {
      throw new UpstreamFailure(
          Failure.Kind.CONNECT, "No connection to the provider could be made: " + reason(e));
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new UpstreamFailure(
          Failure.Kind.CONNECT, "No connection to the provider could be made.");
    }
  }

  private static String reason(UncheckedIOException e) {
    Throwable cause = e.getCause();
    if (cause instanceof SocketTimeoutException) {
      return "it timed out.";
    }
    if (cause instanceof ConnectException) {
      return "it was refused.";
    }
    return cause instanceof SSLException ? "the TLS handshake failed." : "it failed.";
  }

  /// A connection in use. Exactly one of [#giveBack] and [#discard] has an effect, the first.
  final class Lease {
    private final TcpClientConnection connection;
    private final boolean reused;
    private boolean over;

    private Lease(TcpClientConnection connection, boolean reused) {
      this.connection = connection;
      this.reused = reused;
    }

    TcpClientConnection connection() {
      return connection;
    }

    boolean reused() {
      return reused;
    }

    /// Returns the connection, whose answer was read to its exact end.
    void giveBack() {
      if (end()) {
        idle.offerFirst(new Idle(connection, System.nanoTime()));
        free.release();
      }
    }

    void discard() {
      if (end()) {
        connection.closeResource();
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
