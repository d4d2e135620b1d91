package dev.tollgate.http.edge;

import dev.tollgate.application.inference.Caller;
import dev.tollgate.application.relay.CallerGone;
import dev.tollgate.dialects.Dialects;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.money.Money;
import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.errors.Statuses;
import io.helidon.common.socket.SocketWriterException;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A caller on the far side of an HTTP response. Used for one call.
final class HttpCaller implements Caller {
  private static final HeaderName COST = HeaderNames.create("x-tollgate-cost");
  private static final HeaderName REMAINING = HeaderNames.create("x-tollgate-budget-remaining");
  private static final HeaderName CLAMPED = HeaderNames.create("x-tollgate-clamped");
  private static final HeaderName MODEL = HeaderNames.create("x-tollgate-model");
  private static final HeaderName PROVIDER = HeaderNames.create("x-tollgate-provider");
  private static final HeaderName OVERHEAD = HeaderNames.create("x-tollgate-overhead-ms");
  private static final Header PENDING =
      HeaderValues.createCached("x-tollgate-settlement", "pending");
  private static final Header JSON =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/json");
  private static final Header EVENTS =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
  private static final Header NO_CACHE =
      HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-cache");

  /// One line and no blank one behind it, which some clients would take for the end of an event.
  private static final byte[] COMMENT = ": keep-alive\n".getBytes(StandardCharsets.US_ASCII);

  private final ServerResponse response;
  private final GuardedConnection connection;
  private final Endpoint endpoint;
  private final CallId call;
  private @Nullable OutputStream out;
  private volatile boolean broken;

  HttpCaller(
      ServerResponse response, GuardedConnection connection, Endpoint endpoint, CallId call) {
    this.response = response;
    this.connection = connection;
    this.endpoint = endpoint;
    this.call = call;
  }

  @Override
  public void answer(Head head, String contentType, byte[] body) {
    head(head);
    response.header(
        contentType.equals("application/json")
            ? JSON
            : HeaderValues.create(HeaderNames.CONTENT_TYPE, contentType));
    send(Status.OK_200, body);
  }

  @Override
  public int status(Refusal refusal) {
    return Statuses.of(refusal);
  }

  @Override
  public byte[] errorBody(Refusal refusal) {
    return RefusalAnswers.body(endpoint.dialect(), refusal, call);
  }

  @Override
  public void refuse(Refusal refusal, byte[] body, @Nullable Money cost) {
    name();
    RefusalAnswers.advise(response, refusal);
    if (cost != null) {
      response.header(HeaderValues.create(COST, cost.usd()));
    }
    response.header(JSON);
    send(Status.create(Statuses.of(refusal)), body);
  }

  @Override
  public void begin(Head head) {
    head(head);
    response.header(EVENTS);
    response.header(NO_CACHE);
    deliver(() -> out = connection.stream(response));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (length == 0) {
      // An empty chunk would be the end of the body.
      return;
    }
    deliver(
        () -> {
          stream().write(bytes, offset, length);
          stream().flush();
        });
  }

  @Override
  public void keepAlive() {
    write(COMMENT, 0, COMMENT.length);
  }

  @Override
  public byte[] errorEvent(Refusal refusal, EventStream.@Nullable Origin origin) {
    return Dialects.format(endpoint.dialect())
        .errors()
        .events(RefusalAnswers.notice(refusal, call), origin);
  }

  @Override
  public void end() {
    deliver(() -> stream().close());
  }

  @Override
  public void watch(Runnable whenGone) {
    connection.watch(whenGone);
  }

  @Override
  public boolean isGone() {
    return broken || connection.isGone();
  }

  private OutputStream stream() {
    if (out == null) {
      throw new IllegalStateException("the stream has not begun");
    }
    return out;
  }

  private void head(Head head) {
    name();
    if (head.model() != null) {
      response.header(HeaderValues.create(MODEL, visible(head.model())));
    }
    if (head.provider() != null) {
      response.header(HeaderValues.create(PROVIDER, visible(head.provider())));
    }
    response.header(HeaderValues.create(OVERHEAD, millis(head.overheadMicros())));
    Charge charge = head.charge();
    if (charge.cost() != null) {
      response.header(HeaderValues.create(COST, charge.cost().usd()));
    }
    if (charge.remaining() != null) {
      response.header(HeaderValues.create(REMAINING, charge.remaining().usd()));
    }
    if (charge.clampedTo().isPresent()) {
      response.header(HeaderValues.create(CLAMPED, charge.clampedTo().getAsLong()));
    }
    if (charge.pending()) {
      response.header(PENDING);
    }
    for (HeaderField field : head.passed()) {
      response.header(
          HeaderValues.create(HeaderNames.create(field.name()), visible(field.value())));
    }
  }

  private void name() {
    RefusalAnswers.name(response, endpoint.dialect(), call);
  }

  private void send(Status status, byte[] body) {
    deliver(() -> response.status(status).send(body));
  }

  private void deliver(Delivery delivery) {
    try {
      delivery.run();
    } catch (IOException
        | UncheckedIOException
        | SocketWriterException
        | CloseConnectionException e) {
      broken = true;
      throw new CallerGone(e);
    }
  }

  private interface Delivery {
    void run() throws IOException;
  }

  private static String millis(long micros) {
    long fraction = micros % 1_000;
    return micros / 1_000 + (fraction < 10 ? ".00" : fraction < 100 ? ".0" : ".") + fraction;
  }

  /// A header value of visible ASCII characters.
  private static String visible(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return text.replaceAll("[^ -~]", "?");
      }
    }
    return text;
  }
}
