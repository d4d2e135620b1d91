package dev.tollgate.http.server;

import dev.tollgate.http.connection.Connections;
import dev.tollgate.http.connection.GuardedSelector;
import dev.tollgate.http.server.HttpSettings.Door;
import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One port with its connections, its routes and its TLS. The server ends a listener for good when
/// a connection cannot be accepted; this one notices, and opens the port again.
final class Listener {
  private static final Logger LOG = System.getLogger(Listener.class.getName());
  private static final int CONNECT_MILLIS = 1_000;

  /// The server stops accepting at its own limit. Beyond ours, connections are accepted and closed.
  private static final int BEYOND = 128;

  private final Door door;
  private final InetSocketAddress address;
  private final HttpRouting.Builder routing;
  private final DirectHandlers withoutRoute;
  private final Connections connections;
  private final Connections.Limits limits;
  private final GuardedSelector selector;
  private final @Nullable ListenerTls tls;
  private WebServer server;
  private int port;
  private int tlsState;
  private int failures;
  private boolean stopped;

  Listener(
      Door door,
      InetSocketAddress address,
      HttpRouting.Builder routing,
      DirectHandlers withoutRoute,
      Connections.Limits limits,
      @Nullable ListenerTls tls) {
    this.door = door;
    this.address = address;
    this.port = address.getPort();
    this.routing = routing;
    this.withoutRoute = withoutRoute;
    this.limits = limits;
    this.tls = tls;
    this.tlsState = tls == null ? 0 : tls.state();
    connections = new Connections(limits);
    selector = selector(connections);
    server = build();
  }

  /// @throws UncheckedIOException when the port cannot be opened
  synchronized void start() {
    open();
    port = server.port();
  }

  /// The server only logs that it could not start.
  private void open() {
    server.start();
    if (!server.isRunning()) {
      throw new UncheckedIOException(
          "The port "
              + text()
              + " of "
              + address.getHostString()
              + " cannot be opened: another program listens there, or the address is not this"
              + " machine's.",
          new BindException());
    }
  }

  synchronized int port() {
    return port;
  }

  Door door() {
    return door;
  }

  Connections connections() {
    return connections;
  }

  synchronized void stop() {
    stopped = true;
    server.stop();
    selector.close();
  }

  synchronized WebServer server() {
    return server;
  }

  /// Whether the last look found the port open.
  synchronized boolean isOpen() {
    return failures == 0;
  }

  /// Looks whether the port is open, and opens it again when it was not twice in a row.
  synchronized void look() {
    if (stopped || (server.isRunning() && answers())) {
      failures = 0;
      return;
    }
    failures++;
    if (failures < 2) {
      return;
    }
    LOG.log(Level.ERROR, "The port {0} takes no connections. It is opened again.", text());
    try {
      server.stop();
      server = build();
      open();
      failures = 0;
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "The port {0} could not be opened: {1}", text(), e.getMessage());
    }
  }

  /// Reads certificate and key again when their files have changed. Connections that are open keep
  /// what they have.
  synchronized void reloadTls() {
    if (tls == null || tls.state() == tlsState) {
      return;
    }
    int state = tls.state();
    try {
      server.reloadTls(tls.create());
      LOG.log(Level.INFO, "The certificate of {0} was read again.", door());
    } catch (RuntimeException e) {
      LOG.log(
          Level.ERROR,
          "The new certificate of {0} cannot be used; the old one stays: {1}",
          door(),
          e.getMessage());
    }
    tlsState = state;
  }

  private boolean answers() {
    InetAddress host = address.getAddress();
    InetAddress target = host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host;
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(target, port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      LOG.log(Level.WARNING, "The port {0} does not answer: {1}", text(), e.getMessage());
      return false;
    }
  }

  private String text() {
    return port + " (" + door.name().toLowerCase(Locale.ROOT) + ")";
  }

  private WebServer build() {
    WebServerConfig.Builder builder =
        WebServer.builder()
            .address(address.getAddress())
            .port(port)
            .featuresDiscoverServices(false)
            .protocolsDiscoverServices(false)
            .shutdownHook(false)
            .contentEncoding(new UntouchedBodies())
            .shutdownGracePeriod(Duration.ofSeconds(1))
            .connectionOptions(options -> options.tcpNoDelay(true))
            .addConnectionSelector(selector)
            .backlog(4_096)
            .maxTcpConnections(limits.most() + BEYOND)
            .idleConnectionTimeout(Duration.ofHours(2))
            .writeQueueLength(0)
            .writeBufferSize(0)
            .directHandlers(withoutRoute)
            // They are told what is wrong, and answer in their own words.
            .errorHandling(errors -> errors.includeEntity(true))
            .routing(routing);
    if (tls != null) {
      Tls secured = tls.create();
      builder.tls(secured);
    }
    return builder.build();
  }

  private static GuardedSelector selector(Connections connections) {
    Http1Config http1 =
        Http1Config.builder()
            .maxHeadersSize(32_768)
            .maxPrologueLength(8_192)
            .validateRequestHeaders(true)
            .sendKeepAliveHeader(false)
            .build();
    return new GuardedSelector(
        Http1ConnectionSelector.builder().config(http1).build(), connections);
  }
}
