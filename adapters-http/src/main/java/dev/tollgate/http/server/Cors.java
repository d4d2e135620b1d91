package dev.tollgate.http.server;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.Set;

/// Lets web pages of named origins call `/v1` with their SDKs. Keys travel in headers, never in
/// cookies, so credentials are not allowed.
final class Cors implements Filter {
  private static final HeaderName REQUEST_HEADERS =
      HeaderNames.create("access-control-request-headers");
  private static final HeaderName ALLOW_ORIGIN = HeaderNames.create("access-control-allow-origin");
  private static final HeaderName ALLOW_HEADERS =
      HeaderNames.create("access-control-allow-headers");
  private static final Header ALLOW_METHODS =
      HeaderValues.createCached("access-control-allow-methods", "GET, POST, OPTIONS");
  private static final Header MAX_AGE = HeaderValues.createCached("access-control-max-age", "600");
  private static final Header EXPOSE =
      HeaderValues.createCached(
          "access-control-expose-headers",
          "x-request-id, request-id, retry-after, x-should-retry, x-tollgate-cost,"
              + " x-tollgate-model, x-tollgate-provider, x-tollgate-overhead-ms,"
              + " x-tollgate-budget-remaining, x-tollgate-clamped, x-tollgate-settlement");
  private static final Header VARY = HeaderValues.createCached("vary", "origin");

  private final Set<String> origins;

  Cors(Set<String> origins) {
    this.origins = origins;
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    boolean applies =
        !origins.isEmpty()
            && request.headers().contains(HeaderNames.ORIGIN)
            && request.path().path().startsWith("/v1/");
    if (!applies) {
      chain.proceed();
      return;
    }
    String origin = request.headers().get(HeaderNames.ORIGIN).get();
    if (!origins.contains("*") && !origins.contains(origin)) {
      chain.proceed();
      return;
    }
    response.header(HeaderValues.create(ALLOW_ORIGIN, origins.contains("*") ? "*" : origin));
    response.header(VARY);
    response.header(EXPOSE);
    if (request.prologue().method().equals(Method.OPTIONS)) {
      response.header(ALLOW_METHODS);
      response.header(MAX_AGE);
      if (request.headers().contains(REQUEST_HEADERS)) {
        // SDKs send a dozen headers of their own; what is not known is ignored, so all may be sent.
        response.header(
            HeaderValues.create(ALLOW_HEADERS, request.headers().get(REQUEST_HEADERS).values()));
      }
      response.status(Status.NO_CONTENT_204).send();
      return;
    }
    chain.proceed();
  }
}
