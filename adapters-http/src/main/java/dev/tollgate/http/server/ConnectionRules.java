package dev.tollgate.http.server;

import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.edge.Bodies;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// What every request of a connection goes through: it is counted while it runs, and a connection
/// whose request came in chunks, or that is to be drained, serves no further one.
final class ConnectionRules implements Filter {
  private static final HeaderName NO_NAME = HeaderNames.create("");

  private final AtomicInteger running;
  private final BooleanSupplier draining;
  private final int largestBody;

  ConnectionRules(AtomicInteger running, BooleanSupplier draining, int largestBody) {
    this.largestBody = largestBody;
    this.running = running;
    this.draining = draining;
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (request.headers().contains(NO_NAME)) {
      throw new CloseConnectionException("a header without a name");
    }
    boolean last =
        Bodies.isChunked(request)
            || draining.getAsBoolean()
            || request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
            || request.headers().contentLength().orElse(0) > largestBody;
    if (last) {
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    running.incrementAndGet();
    try {
      chain.proceed();
    } finally {
      running.decrementAndGet();
      GuardedConnection.CURRENT.get().requestDone();
    }
    if (last) {
      throw new CloseConnectionException("the connection serves no further request");
    }
  }
}
