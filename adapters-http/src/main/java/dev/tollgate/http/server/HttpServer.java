package dev.tollgate.http.server;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.http.connection.GuardedSelector;
import dev.tollgate.http.edge.CatalogueHandler;
import dev.tollgate.http.ops.OpsRoutes;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.Method;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// The two listeners: one for callers and management, one for operations.
public final class HttpServer {
  private static final Logger LOG = System.getLogger(HttpServer.class.getName());
  private static final int MOST_CONNECTIONS = 20_000;
  private static final Duration CUT = Duration.ofSeconds(2);
  private static final byte[] INTERNAL_ERROR =
      ("{\"error\":{\"message\":\"Tollgate failed to handle the request.\","
              + "\"type\":\"server_error\",\"param\":null,\"code\":\"internal_error\"}}")
          .getBytes(StandardCharsets.UTF_8);

  private static final byte[] UNKNOWN =
      ("{\"error\":{\"message\":\"Unknown request URL.\",\"type\":\"invalid_request_error\","
              + "\"param\":null,\"code\":\"unknown_url\"}}")
          .getBytes(StandardCharsets.UTF_8);

  private static final byte[] BAD =
      ("{\"error\":{\"message\":\"Bad request.\",\"type\":\"invalid_request_error\","
              + "\"param\":null,\"code\":\"bad_request\"}}")
          .getBytes(StandardCharsets.UTF_8);

  private final AtomicInteger running = new AtomicInteger();
  private final GuardedSelector selector;
  private final WebServer main;
  private final WebServer ops;
  private final Duration drain;
  private volatile boolean draining;

  /// What is served.
  ///
  /// @param calls the metered endpoints
  /// @param catalogue the rest of `/v1`
  /// @param management resources by path below `/api/v1`
  public record Services(
      Map<Endpoint, Handler> calls,
      CatalogueHandler catalogue,
      Map<String, HttpService> management,
      OpsRoutes ops,
      Ids ids) {
    public Services {
      calls = Map.copyOf(calls);
      management = Map.copyOf(management);
    }
  }

  public HttpServer(HttpSettings settings, Services services) {
    this.drain = settings.drain();
    this.selector = selector();
    this.main = server(settings.host(), settings.port(), routing(settings, services), selector);
    this.ops = server(settings.host(), settings.opsPort(), opsRouting(services), selector);
  }

  public void start() {
    ops.start();
    main.start();
  }

  public int port() {
    return main.port();
  }

  public int opsPort() {
    return ops.port();
  }

  /// Requests that are being answered.
  public int running() {
    return running.get();
  }

  public boolean isDraining() {
    return draining;
  }

  /// From now on the node is not ready, and connections close behind their current answer.
  public void beginDrain() {
    draining = true;
  }

  /// Waits until every answer is finished, or the time for that is over.
  ///
  /// @return the number of answers that are still open
  public int awaitDrained() {
    return await(drain);
  }

  /// Waits a moment for answers that were cut to say so.
  public void awaitRest() {
    int left = await(CUT);
    if (left > 0) {
      LOG.log(Level.WARNING, "{0} answers were broken off.", left);
    }
  }

  private int await(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (running.get() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return running.get();
  }

  public void stop() {
    main.stop();
    ops.stop();
    selector.close();
  }

  private HttpRouting.Builder routing(HttpSettings settings, Services services) {
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .addFilter(new ConnectionRules(running, () -> draining, settings.largestBody()))
            .addFilter(new Cors(settings.corsOrigins()))
            .error(Throwable.class, (_, response, problem) -> failed(response, problem));
    services.calls().forEach((endpoint, handler) -> routing.post("/v1" + endpoint.path(), handler));
    routing.register("/v1", services.catalogue());
    services.management().forEach((path, service) -> routing.register("/api/v1" + path, service));
    // Coding agents look whether the host answers before they call it.
    Handler welcome =
        (_, response) ->
            response
                .header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .send("Tollgate. Calls: /v1  Management: /api/v1\n");
    routing.get("/", welcome).route(Method.HEAD, "/", welcome);
    return routing;
  }

  /// What no handler has answered: an unknown path, or a defect.
  private static void failed(ServerResponse response, Throwable problem) {
    if (problem instanceof CloseConnectionException close) {
      throw close;
    }
    if (problem instanceof HttpException http && http.status().code() < 500) {
      response
          .status(http.status())
          .header(HeaderValues.CONTENT_TYPE_JSON)
          .send(http.status().code() == 404 ? UNKNOWN : BAD);
      return;
    }
    LOG.log(Level.ERROR, "a request failed", problem);
    response
        .status(Status.INTERNAL_SERVER_ERROR_500)
        .header(HeaderValues.CONTENT_TYPE_JSON)
        .send(INTERNAL_ERROR);
  }

  private HttpRouting.Builder opsRouting(Services services) {
    return HttpRouting.builder()
        .addFilter(
            new ConnectionRules(new AtomicInteger(), () -> false, HttpSettings.USUAL_LARGEST_BODY))
        .register("/", services.ops());
  }

  private static GuardedSelector selector() {
    Http1Config http1 =
        Http1Config.builder()
            .maxHeadersSize(32_768)
            .maxPrologueLength(8_192)
            .validateRequestHeaders(true)
            .sendKeepAliveHeader(false)
            .build();
    return new GuardedSelector(Http1ConnectionSelector.builder().config(http1).build());
  }

  private static WebServer server(
      String host, int port, HttpRouting.Builder routing, GuardedSelector selector) {
    return WebServer.builder()
        .host(host)
        .port(port)
        .featuresDiscoverServices(false)
        .protocolsDiscoverServices(false)
        .shutdownHook(false)
        .contentEncoding(new UntouchedBodies())
        .shutdownGracePeriod(Duration.ofSeconds(1))
        .connectionOptions(options -> options.tcpNoDelay(true))
        .addConnectionSelector(selector)
        .backlog(4_096)
        .maxTcpConnections(MOST_CONNECTIONS)
        .idleConnectionTimeout(Duration.ofHours(2))
        .writeQueueLength(0)
        .writeBufferSize(0)
        .directHandlers(directHandlers())
        .routing(routing)
        .build();
  }

  /// Requests that never reach a route: malformed HTTP. The answer is JSON too, and the connection
  /// is closed behind it.
  private static DirectHandlers directHandlers() {
    DirectHandler handler =
        (request, type, asked, headers, message) -> {
          // Only what the parser stumbles over ends here as an internal error: routes have their
          // own.
          Status status =
              type == DirectHandler.EventType.INTERNAL_ERROR ? Status.BAD_REQUEST_400 : asked;
          int code = status.code();
          String text = code >= 500 ? "Tollgate failed to handle the request." : "Bad request.";
          byte[] body = transportError(request.path(), code, text);
          ServerResponseHeaders answer = ServerResponseHeaders.create(headers);
          answer.set(HeaderValues.CONTENT_TYPE_JSON);
          return DirectHandler.TransportResponse.builder()
              .status(status)
              .headers(answer)
              .keepAlive(false)
              .entity(body)
              .build();
        };
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, handler);
    }
    return handlers.build();
  }

  private static byte[] transportError(String path, int status, String text) {
    String body;
    if (path.startsWith("/v1/messages")) {
      body =
          "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\""
              + text
              + "\",\"code\":\"bad_request\"},\"request_id\":\"\"}";
    } else if (path.startsWith("/api/")) {
      body =
          "{\"type\":\"about:blank\",\"title\":\"Bad request\",\"status\":"
              + status
              + ",\"detail\":\""
              + text
              + "\",\"code\":\"bad_request\"}";
    } else {
      body =
          "{\"error\":{\"message\":\""
              + text
              + "\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"bad_request\"}}";
    }
    return body.getBytes(StandardCharsets.UTF_8);
  }
}
