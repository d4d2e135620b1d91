package dev.tollgate.http.server;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.http.connection.Connections;
import dev.tollgate.http.connection.WholeAnswer;
import dev.tollgate.http.edge.CatalogueHandler;
import dev.tollgate.http.edge.EdgeHandler;
import dev.tollgate.http.ops.OpsRoutes;
import dev.tollgate.http.rest.ApiDocs;
import dev.tollgate.http.rest.RestApi;
import dev.tollgate.http.server.HttpSettings.Door;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/// The listeners: for callers, for operations, and for administrators where they have a port of
/// their own.
public final class HttpServer {
  private static final Logger LOG = System.getLogger(HttpServer.class.getName());
  private static final Duration CUT = Duration.ofSeconds(2);
  private static final String WELCOME = "Tollgate. Calls: /v1";

  private final AtomicInteger running = new AtomicInteger();
  private final WithoutRoute withoutRoute;
  private final Ids ids;
  private final List<Listener> listeners = new ArrayList<>();
  private final Duration drain;
  private volatile boolean draining;
  private volatile boolean hurrying;

  /// What is served.
  ///
  /// @param calls the metered endpoints
  /// @param catalogue the rest of `/v1`
  /// @param management `/api/v1`
  public record Services(
      List<EdgeHandler> calls,
      CatalogueHandler catalogue,
      HttpService management,
      OpsRoutes ops,
      Ids ids) {
    public Services {
      calls = List.copyOf(calls);
    }
  }

  /// @throws IllegalArgumentException when a certificate cannot be used
  public HttpServer(HttpSettings settings, Services services) {
    drain = settings.drain();
    ids = services.ids();
    withoutRoute = new WithoutRoute(ids);
    HttpRouting.Builder ops =
        HttpRouting.builder()
            .addFilter(new ConnectionRules(new AtomicInteger(), () -> false, ids))
            .register("/", services.ops());
    HttpRouting.Builder calls = calls(settings, services);
    Integer own = settings.ports().management();
    HttpRouting.Builder administration = own == null ? calls : guarded();
    administration
        .register(RestApi.PATH, services.management())
        .register(ApiDocs.PATH, new ApiDocs());
    add(Door.OPS, settings, settings.ports().ops(), ops);
    if (own != null) {
      add(Door.MANAGEMENT, settings, own, administration);
    }
    add(Door.CALLS, settings, settings.ports().calls(), calls);
  }

  private void add(Door door, HttpSettings settings, int port, HttpRouting.Builder routing) {
    routing.any(withoutRoute::unknown).error(Throwable.class, withoutRoute::failed);
    listeners.add(
        new Listener(
            door,
            new InetSocketAddress(settings.host(), port),
            routing,
            withoutRoute.handlers(),
            ConnectionLimits.of(door, settings.trustedProxies()),
            settings.tls().get(door)));
  }

  public void start() {
    listeners.forEach(Listener::start);
  }

  public int port() {
    return listener(Door.CALLS).port();
  }

  public int opsPort() {
    return listener(Door.OPS).port();
  }

  /// Where `/api/v1` is served.
  public int managementPort() {
    return listeners.stream()
        .filter(each -> each.door() == Door.MANAGEMENT)
        .findFirst()
        .orElseGet(() -> listener(Door.CALLS))
        .port();
  }

  /// Who is connected to the listener for calls.
  public Connections callers() {
    return listener(Door.CALLS).connections();
  }

  private Listener listener(Door door) {
    return listeners.stream().filter(each -> each.door() == door).findFirst().orElseThrow();
  }

  /// Looks after the listeners: whether each is open, and whether its certificate has changed. To
  /// be called now and then.
  public void lookAfter() {
    for (Listener each : listeners) {
      each.look();
      each.reloadTls();
    }
  }

  /// Listeners that take no connections, as the last look found them.
  public List<String> shut() {
    return listeners.stream()
        .filter(each -> !each.isOpen())
        .map(each -> "listener for " + each.door().name().toLowerCase(Locale.ROOT))
        .toList();
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

  /// From now on nobody waits for open answers.
  public void hurry() {
    hurrying = true;
  }

  /// Waits until every answer is finished, or the time for that is over.
  ///
  /// @return the number of answers that are still open
  public int awaitDrained() {
    return await(drain, true);
  }

  /// Waits a moment for answers that were cut to say so.
  public void awaitRest() {
    int left = await(CUT, false);
    if (left > 0) {
      LOG.log(Level.WARNING, "Answers that were broken off: {0}.", left);
    }
  }

  private int await(Duration patience, boolean mayHurry) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (running.get() > 0 && System.nanoTime() < deadline && !(mayHurry && hurrying)) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return running.get();
  }

  public void stop() {
    listeners.reversed().forEach(Listener::stop);
  }

  private HttpRouting.Builder calls(HttpSettings settings, Services services) {
    HttpRouting.Builder routing = guarded().addFilter(new Cors(settings.corsOrigins()));
    for (EdgeHandler call : services.calls()) {
      for (String path : call.paths()) {
        routing.post(path, call);
      }
    }
    routing.register("/v1", services.catalogue());
    // Coding agents look whether the host answers before they call it.
    byte[] text =
        (WELCOME + (settings.ports().management() == null ? "  Management: /api/v1\n" : "\n"))
            .getBytes(StandardCharsets.UTF_8);
    Handler welcome =
        (request, response) -> {
          response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
          WholeAnswer.send(request, response, text);
        };
    return routing
        .get("/", welcome)
        .route(Method.HEAD, "/", welcome)
        .route(Method.HEAD, "/api/hello", welcome);
  }

  private HttpRouting.Builder guarded() {
    return HttpRouting.builder().addFilter(new ConnectionRules(running, () -> draining, ids));
  }
}
