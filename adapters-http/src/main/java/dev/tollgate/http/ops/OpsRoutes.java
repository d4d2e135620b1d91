package dev.tollgate.http.ops;

import dev.tollgate.http.connection.WholeAnswer;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MeterRegistryFormatter;
import io.helidon.metrics.api.MetricsConfig;
import io.helidon.metrics.spi.MeterRegistryFormatterProvider;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/// `/health/live`, `/health/ready` (also as `/health`) and `/metrics`.
public final class OpsRoutes implements HttpService {
  private final MeterRegistry registry;
  private final Supplier<List<String>> dead;
  private final Supplier<List<String>> unready;

  /// @param dead what this node cannot mend without being started anew, nothing when it is alive
  /// @param unready what keeps this node from taking calls, nothing when it is ready
  public OpsRoutes(
      MeterRegistry registry, Supplier<List<String>> dead, Supplier<List<String>> unready) {
    this.dead = dead;
    this.registry = registry;
    this.unready = unready;
  }

  @Override
  public void routing(HttpRules rules) {
    Handler live = (request, response) -> health(request, response, dead.get());
    Handler ready = (request, response) -> health(request, response, unready.get());
    rules
        .get("/health", ready)
        .route(Method.HEAD, "/health", ready)
        .get("/health/live", live)
        .route(Method.HEAD, "/health/live", live)
        .get("/health/ready", ready)
        .route(Method.HEAD, "/health/ready", ready)
        .get("/metrics", this::metrics)
        .route(Method.HEAD, "/metrics", this::metrics);
  }

  private static void health(ServerRequest request, ServerResponse response, List<String> reasons) {
    StringBuilder body =
        new StringBuilder("{\"status\":\"").append(reasons.isEmpty() ? "UP" : "DOWN");
    body.append("\",\"reasons\":[");
    for (int i = 0; i < reasons.size(); i++) {
      body.append(i == 0 ? "\"" : ",\"").append(reasons.get(i)).append('"');
    }
    body.append("]}");
    response
        .status(reasons.isEmpty() ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503)
        .header(HeaderValues.CONTENT_TYPE_JSON)
        .header(HeaderValues.CACHE_NO_CACHE);
    WholeAnswer.send(request, response, body.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void metrics(ServerRequest request, ServerResponse response) {
    Optional<?> text = Optional.empty();
    for (MeterRegistryFormatterProvider provider :
        ServiceLoader.load(MeterRegistryFormatterProvider.class)) {
      Optional<MeterRegistryFormatter> formatter =
          provider.formatter(
              MediaTypes.TEXT_PLAIN,
              MetricsConfig.create(),
              registry,
              Optional.empty(),
              List.of(),
              List.of());
      if (formatter.isPresent()) {
        text = formatter.get().format();
        break;
      }
    }
    response.header(
        HeaderValues.create(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"));
    WholeAnswer.send(
        request,
        response,
        MetricNames.usual(text.map(Object::toString).orElse("")).getBytes(StandardCharsets.UTF_8));
  }
}
