package dev.tollgate.http.rest;

import com.google.protobuf.Message;
import dev.tollgate.admin.Answer;
import dev.tollgate.admin.Asked;
import dev.tollgate.admin.Caller;
import dev.tollgate.admin.Dispatch;
import dev.tollgate.admin.Dispatch.Admission;
import dev.tollgate.admin.Fault;
import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Operations.Bound;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.connection.WholeAnswer;
import dev.tollgate.http.edge.Bodies;
import dev.tollgate.http.edge.Bodies.Body;
import dev.tollgate.http.edge.BodyMemory;
import dev.tollgate.http.edge.RefusalAnswers;
import dev.tollgate.http.errors.Problem;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.JsonWriter;
import dev.tollgate.proto.OpenApi;
import dev.tollgate.proto.Operation;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `/api/v1`: every operation of the contract, and the contract itself as OpenAPI.
public final class RestApi implements HttpService {
  /// Where it is served.
  public static final String PATH = "/api/v1";

  private static final String DOCUMENT = "/openapi.json";
  private static final RestRoutes.Found ONLY_READ =
      new RestRoutes.Found.OtherVerbs(Set.of("GET", "HEAD"));

  static final int LARGEST_BODY = 1 << 20;
  private static final HeaderName IDEMPOTENCY = HeaderNames.create("idempotency-key");
  private static final HeaderName REPLAYED = HeaderNames.create("idempotent-replayed");
  private static final HeaderName TENANT = HeaderNames.create("x-tollgate-tenant");
  private static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");
  private static final Logger LOG = System.getLogger(RestApi.class.getName());

  private final Dispatch dispatch;
  private final RestRoutes routes;
  private final BodyMemory memory;
  private final Ids ids;
  private final String version;

  /// @param memory what bodies may take of the heap, in all
  /// @param version of the program, for OpenAPI
  public RestApi(
      Dispatch dispatch, Operations operations, BodyMemory memory, Ids ids, String version) {
    this.dispatch = dispatch;
    this.routes = new RestRoutes(operations.all());
    this.memory = memory;
    this.ids = ids;
    this.version = version;
  }

  /// The document is made when it is first asked for.
  private static final class Document {
    private static byte @Nullable [] bytes;

    private static synchronized byte[] of(String version) {
      byte[] made = bytes == null ? OpenApi.document(version) : bytes;
      bytes = made;
      return made;
    }
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get(DOCUMENT, this::document).head(DOCUMENT, this::document).any(this::handle);
  }

  private void document(ServerRequest request, ServerResponse response) {
    response.header(HeaderValues.CONTENT_TYPE_JSON);
    WholeAnswer.send(request, response, Document.of(version));
  }

  private void handle(ServerRequest request, ServerResponse response) {
    CallId id = new CallId(ids.next());
    response.header(HeaderValues.create(REQUEST_ID, id.toString()));
    Exchange exchange = new Exchange(request, response, id);
    try {
      route(exchange);
    } catch (InvalidRequest e) {
      exchange.refuse(new Problem(Reason.INVALID_REQUEST, e.field(), e.detail()));
    } catch (Dispatch.SurfaceBroke e) {
      throw new CloseConnectionException("the caller is gone", e);
    }
    if (GuardedConnection.CURRENT.get().isOlder()) {
      throw new CloseConnectionException("the connection cannot be used again");
    }
  }

  /// One request and its answer.
  private record Exchange(ServerRequest request, ServerResponse response, CallId id) {
    void refuse(Problem problem) {
      problem.send(request, response, id.toString());
    }

    void refuse(Fault fault) {
      Fault.ChangeRequest change = fault.change();
      if (change == null) {
        refuse(new Problem(fault.reason(), fault.field(), fault.detail()));
      } else {
        response.status(Status.ACCEPTED_202).header(HeaderValues.CONTENT_TYPE_JSON);
        response.send(ChangeRequests.body(change));
      }
    }

    @Nullable String header(HeaderName name) {
      if (!request.headers().contains(name)) {
        return null;
      }
      List<String> values = request.headers().get(name).allValues();
      if (values.size() > 1) {
        throw new InvalidRequest(name.defaultCase(), name.defaultCase() + " stands twice.");
      }
      return values.getFirst();
    }
  }

  private void route(Exchange exchange) {
    ServerRequest request = exchange.request();
    String verb = request.prologue().method().text();
    String path = request.prologue().uriPath().rawPath().substring(PATH.length());
    switch (path.equals(DOCUMENT) ? ONLY_READ : routes.find(verb, path)) {
      case RestRoutes.Found.Nothing _ ->
          exchange.refuse(
              new Problem(Reason.UNKNOWN_URL, null, RefusalAnswers.unknownUrl(request).message()));
      case RestRoutes.Found.OtherVerbs(var verbs) -> {
        String allowed = String.join(", ", verbs);
        exchange.response().header(HeaderValues.create(HeaderNames.ALLOW, allowed));
        exchange.refuse(
            new Problem(Reason.METHOD_NOT_ALLOWED, null, "This URL takes " + allowed + "."));
      }
      case RestRoutes.Found.Route(Bound bound, List<String> values) -> {
        Caller caller =
            new Caller(
                exchange.header(HeaderNames.AUTHORIZATION),
                exchange.header(TENANT),
                Actor.Surface.REST,
                exchange.id());
        switch (dispatch.admit(bound, caller)) {
          case Admission.Admitted(Actor actor) -> read(exchange, bound, values, actor);
          case Admission.Refused(Fault fault) -> exchange.refuse(fault);
        }
      }
    }
  }

  private void read(Exchange exchange, Bound bound, List<String> values, Actor actor) {
    String coding = exchange.header(HeaderNames.CONTENT_ENCODING);
    if (coding != null && !coding.equalsIgnoreCase("identity")) {
      throw new InvalidRequest(
          "content-encoding", "content-encoding must be identity: send the body as it is.");
    }
    try (BodyMemory.Share share = memory.share()) {
      switch (Bodies.read(exchange.request(), exchange.response(), LARGEST_BODY, share)) {
        case Body.Whole(byte[] body) -> {
          RestRequest asked = new RestRequest(bound, exchange.request(), body);
          Message message = asked.message(values);
          if (bound.operation().streams()) {
            stream(exchange, bound, actor, asked(exchange, asked), message);
          } else {
            send(
                exchange,
                bound.operation(),
                dispatch.answer(bound, actor, asked(exchange, asked), message));
          }
        }
        case Body.TooLarge _ ->
            exchange.refuse(
                new Problem(
                    Reason.REQUEST_TOO_LARGE,
                    null,
                    "The body is larger than " + LARGEST_BODY + " bytes."));
        case Body.NoRoom _ ->
            exchange.refuse(
                new Problem(
                    Reason.GATEWAY_BUSY,
                    null,
                    "The gateway holds as many requests as it can. Try again."));
      }
    }
  }

  private static Asked asked(Exchange exchange, RestRequest request) {
    return new Asked(
        exchange.header(IDEMPOTENCY),
        exchange.header(IDEMPOTENCY) == null ? List.of() : List.of(request.olderHash()),
        request.query("dry_run"),
        request.query("wait"));
  }

  /// JSON lines. A refusal before the first line is answered as everywhere; what happens after it
  /// ends the connection, so that a cut stream cannot be taken for a whole one.
  private void stream(Exchange exchange, Bound bound, Actor actor, Asked asked, Message message) {
    Lines lines = new Lines(exchange.response());
    switch (dispatch.stream(bound, actor, asked, message, lines::write)) {
      case Answer.Refused(Fault fault) when lines.areOpen() -> {
        LOG.log(Level.WARNING, "The answer to {0} broke off: {1}", exchange.id(), fault.detail());
        throw new CloseConnectionException("the answer broke off");
      }
      case Answer.Refused(Fault fault) -> exchange.refuse(fault);
      case Answer.Done _, Answer.Pending _ -> lines.close();
    }
  }

  private static void send(Exchange exchange, Operation operation, Answer answer) {
    ServerResponse response = exchange.response();
    switch (answer) {
      case Answer.Done(Message message, boolean replayed) -> {
        head(response, operation.status(), replayed);
        if (operation.isEmpty()) {
          response.send();
        } else {
          response.header(HeaderValues.CONTENT_TYPE_JSON);
          response.send(JsonWriter.bytes(message));
        }
      }
      case Answer.Pending(Message message, boolean replayed) -> {
        head(response, Status.ACCEPTED_202.code(), replayed);
        response.header(HeaderValues.CONTENT_TYPE_JSON);
        response.send(JsonWriter.only(message, "operation"));
      }
      case Answer.Refused(Fault fault) -> exchange.refuse(fault);
    }
  }

  private static void head(ServerResponse response, int status, boolean replayed) {
    response.status(Status.create(status)).header(HeaderValues.CACHE_NO_CACHE);
    if (replayed) {
      response.header(HeaderValues.create(REPLAYED, "true"));
    }
  }
}
