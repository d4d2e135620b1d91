package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.AdminTokens;
import dev.tollgate.domain.tenancy.IdempotencyRecords;
import dev.tollgate.domain.tenancy.IdempotencyRecords.Claim;
import dev.tollgate.domain.tenancy.StoreUnavailable;
import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.edge.Bodies;
import dev.tollgate.http.edge.Bodies.Body;
import dev.tollgate.http.edge.BodyMemory;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What every management request goes through: authentication, tenant, bounded body, idempotency,
/// and one translation of errors.
public final class Api {
  static final int LARGEST_BODY = 1 << 20;
  private static final HeaderName IDEMPOTENCY = HeaderNames.create("idempotency-key");
  private static final HeaderName REPLAYED = HeaderNames.create("idempotent-replayed");
  private static final HeaderName TENANT = HeaderNames.create("x-tollgate-tenant");
  private static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");
  private static final int LONGEST_KEY = 255;
  private static final int SENT_ALREADY = 0;
  private static final Logger LOG = System.getLogger(Api.class.getName());

  private final AdminTokens tokens;
  private final IdempotencyRecords idempotency;
  private final BodyMemory memory;
  private final Ids ids;
  private final Runnable changed;

  /// @param memory what bodies may take of the heap, in all
  /// @param changed told of every request that may have changed something
  public Api(
      AdminTokens tokens,
      IdempotencyRecords idempotency,
      BodyMemory memory,
      Ids ids,
      Runnable changed) {
    this.memory = memory;
    this.changed = changed;
    this.tokens = tokens;
    this.idempotency = idempotency;
    this.ids = ids;
  }

  /// One request, authenticated.
  record Call(TenantId tenant, ServerRequest request, byte[] body) {
    Fields fields() {
      return new Fields(Json.parse(body));
    }

    String path(String name) {
      return request.path().pathParameters().get(name);
    }

    /// The id in the path. A text that is no such id names nothing that exists.
    <T> T id(Function<String, T> parse, String what) {
      return id("id", parse, what);
    }

    /// @param name of the part of the path
    <T> T id(String name, Function<String, T> parse, String what) {
      try {
        return parse.apply(path(name));
      } catch (IllegalArgumentException e) {
        throw Problem.notFound(what);
      }
    }

    @Nullable String query(String name) {
      String value = request.query().first(name).orElse(null);
      if (value != null && !Fields.isStorable(value)) {
        throw Problem.invalid(name, name + " must not hold NUL.");
      }
      return value;
    }
  }

  /// An answer.
  ///
  /// @param replayBody what a repeat under the same idempotency key is told, or null for the same
  record Answer(int status, @Nullable JsonNode body, @Nullable JsonNode replayBody) {
    /// The action has sent its answer itself.
    static final Answer SENT = new Answer(SENT_ALREADY, null, null);

    static Answer ok(JsonNode body) {
      return new Answer(200, body, null);
    }

    static Answer created(JsonNode body) {
      return new Answer(201, body, null);
    }

    /// An answer that holds a secret, which is never kept for a repeat.
    static Answer withSecret(int status, ObjectNode body, String secretField) {
      ObjectNode replay = body.deepCopy();
      replay.putNull(secretField);
      replay.put("secret_shown", true);
      return new Answer(status, body, replay);
    }
  }

  /// What handles a request.
  interface Action {
    Answer handle(Call call);
  }

  Handler handler(Action action) {
    return (request, response) -> handle(request, response, action);
  }

  /// The tenant that the request's token manages.
  TenantId authenticate(ServerRequest request) {
    String header =
        request.headers().contains(HeaderNames.AUTHORIZATION)
            ? request.headers().get(HeaderNames.AUTHORIZATION).get()
            : "";
    boolean bearer = header.regionMatches(true, 0, "Bearer ", 0, 7);
    TenantId tenant = bearer ? tokens.verify(header.substring(7).strip()) : null;
    if (tenant == null) {
      throw Problem.unauthenticated();
    }
    if (request.headers().contains(TENANT)
        && !tenant.toString().equals(request.headers().get(TENANT).get())) {
      throw Problem.notFound("tenant");
    }
    return tenant;
  }

  void handle(ServerRequest request, ServerResponse response, Action action) {
    String requestId = new CallId(ids.next()).toString();
    response.header(HeaderValues.create(REQUEST_ID, requestId));
    try (BodyMemory.Share share = memory.share()) {
      TenantId tenant = authenticate(request);
      byte[] body =
          switch (Bodies.read(request, response, LARGEST_BODY, share)) {
            case Body.Whole whole -> whole.bytes();
            case Body.TooLarge _ -> throw Problem.tooLarge(LARGEST_BODY);
            case Body.NoRoom _ -> throw Problem.busy();
          };
      answer(new Call(tenant, request, body), response, action);
      if (!request.prologue().method().text().equals("GET")) {
        changed.run();
      }
    } catch (CloseConnectionException e) {
      throw e;
    } catch (RuntimeException e) {
      if (response.isSent() || GuardedConnection.CURRENT.get().isStreaming()) {
        LOG.log(Level.WARNING, "The answer to {0} broke off: {1}", requestId, String.valueOf(e));
        throw new CloseConnectionException("the answer broke off", e);
      }
      refuse(response, e, requestId);
    }
    if (GuardedConnection.CURRENT.get().isOlder()) {
      throw new CloseConnectionException("the connection cannot be used again");
    }
  }

  private static void refuse(ServerResponse response, RuntimeException e, String requestId) {
    Problem problem =
        switch (e) {
          case Problem said -> said;
          case IllegalArgumentException _ -> Problem.invalid(null, sentence(e));
          case StoreUnavailable _ -> {
            LOG.log(Level.DEBUG, "management request " + requestId, e);
            response.header(HeaderValues.create(HeaderNames.RETRY_AFTER, "2"));
            yield Problem.unavailable();
          }
          default -> {
            LOG.log(Level.ERROR, "management request " + requestId + " failed", e);
            yield Problem.internal();
          }
        };
    send(response, problem, requestId);
  }

  private void answer(Call call, ServerResponse response, Action action) {
    ServerRequest request = call.request();
    boolean post = request.prologue().method().text().equals("POST");
    if (!post || !request.headers().contains(IDEMPOTENCY)) {
      Answer answer = action.handle(call);
      if (answer.status() != SENT_ALREADY) {
        send(response, answer.status(), answer.body());
      }
      return;
    }
    String key = request.headers().get(IDEMPOTENCY).get();
    if (key.isBlank() || key.length() > LONGEST_KEY) {
      throw Problem.invalid("Idempotency-Key", "Idempotency-Key has 1 to 255 characters.");
    }
    switch (idempotency.claim(call.tenant(), key, hash(call))) {
      case Claim.First _ -> first(call, key, response, action);
      case Claim.Done done -> {
        response.header(HeaderValues.create(REPLAYED, "true"));
        send(response, done.status(), done.body());
      }
      case Claim.InProgress _ ->
          throw Problem.conflict(
              "idempotency_in_progress", "A request with this Idempotency-Key is running.");
      case Claim.OtherRequest _ ->
          throw Problem.unprocessable(
              "idempotency_key_reused", "This Idempotency-Key was used for another request.");
    }
  }

  private void first(Call call, String key, ServerResponse response, Action action) {
    boolean done = false;
    try {
      Answer answer = action.handle(call);
      // From here on a repeat must not do it again, even if this answer cannot be kept.
      done = true;
      JsonNode replay = answer.replayBody() == null ? answer.body() : answer.replayBody();
      idempotency.complete(
          call.tenant(), key, answer.status(), replay == null ? new byte[0] : Json.bytes(replay));
      send(response, answer.status(), answer.body());
    } finally {
      if (!done) {
        idempotency.release(call.tenant(), key);
      }
    }
  }

  private static byte[] hash(Call call) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String path = call.request().path().absolute().path();
      digest.update(path.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return digest.digest(call.body());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not available", e);
    }
  }

  private static String sentence(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    return message.endsWith(".") ? message : message + ".";
  }

  private static void send(ServerResponse response, Problem problem, String requestId) {
    response
        .status(Status.create(problem.status()))
        .header(HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/problem+json"))
        .send(Json.bytes(problem.body(requestId)));
  }

  private static void send(ServerResponse response, int status, @Nullable JsonNode body) {
    send(response, status, body == null ? new byte[0] : Json.bytes(body));
  }

  private static void send(ServerResponse response, int status, byte[] body) {
    response.status(Status.create(status)).header(HeaderValues.CACHE_NO_CACHE);
    if (body.length > 0) {
      response.header(HeaderValues.CONTENT_TYPE_JSON);
    }
    response.send(body);
  }
}
