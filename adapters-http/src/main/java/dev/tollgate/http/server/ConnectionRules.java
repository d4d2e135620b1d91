package dev.tollgate.http.server;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.edge.Bodies;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What every request of a connection goes through: it is counted while it runs, its path is one
/// that all read alike, and its connection ends with the answer when anything is left of it that
/// could be taken for another request: a body that was not read, one that came in chunks, or one
/// that the caller wanted to be asked for.
final class ConnectionRules implements Filter {
  private static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");
  private static final HeaderName NO_NAME = HeaderNames.create("");

  private final AtomicInteger running;
  private final BooleanSupplier draining;
  private final Ids ids;

  ConnectionRules(AtomicInteger running, BooleanSupplier draining, Ids ids) {
    this.running = running;
    this.draining = draining;
    this.ids = ids;
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (request.headers().contains(NO_NAME)) {
      throw new CloseConnectionException("a header without a name");
    }
    GuardedConnection connection = GuardedConnection.CURRENT.get();
    boolean chunked = Bodies.isChunked(request);
    boolean body = chunked || request.headers().contentLength().orElse(0) > 0;
    boolean last =
        chunked
            || draining.getAsBoolean()
            || request.headers().contains(HeaderNames.EXPECT)
            || request.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
    connection.requestBegins(body, last);
    if (connection.isLast()) {
      // Taken back when the body has been read.
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    running.incrementAndGet();
    try {
      Refusal refusal = refusal(request, connection);
      if (refusal == null) {
        if (!request.prologue().uriPath().rawPath().startsWith("/v1/")) {
          // Below that path each answer is named by who gives it.
          response.header(HeaderValues.create(REQUEST_ID, new CallId(ids.next()).toString()));
        }
        chain.proceed();
      } else {
        WithoutRoute.send(request, response, refusal, new CallId(ids.next()));
      }
    } finally {
      running.decrementAndGet();
      connection.requestDone();
    }
    if (connection.isLast()) {
      throw new CloseConnectionException("the connection serves no further request");
    }
  }

  /// Why a program on the way may read the first line differently, or null.
  private static @Nullable Refusal refusal(RoutingRequest request, GuardedConnection connection) {
    if (connection.hasLowerMethod()) {
      return Refusal.of(
          Reason.INVALID_METHOD, "The method of the request must be in capital letters.", null);
    }
    HttpPrologue prologue = request.prologue();
    String fault =
        prologue.fragment().hasValue()
            ? "it holds the character #"
            : CanonicalPath.fault(prologue.uriPath().rawPath());
    return fault.isEmpty()
        ? null
        : Refusal.of(
            Reason.INVALID_PATH,
            "The path of the URL is not in its canonical form: " + fault + ".",
            null);
  }
}
