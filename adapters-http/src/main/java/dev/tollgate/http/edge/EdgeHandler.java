package dev.tollgate.http.edge;

import dev.tollgate.application.inference.Caller.CallerGone;
import dev.tollgate.application.inference.CompleteChat;
import dev.tollgate.application.inference.Inbound;
import dev.tollgate.application.keys.AuthenticateCaller;
import dev.tollgate.application.keys.AuthenticateCaller.Outcome;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.tenancy.StoreUnavailable;
import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.edge.ContentCoding.Decoded;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One metered endpoint: reads the body, finds the key, parses, and hands the call over. Whatever
/// goes wrong on the way is answered in the caller's dialect and recorded.
public final class EdgeHandler implements Handler {
  private static final HeaderName CAPTURE = HeaderNames.create("x-tollgate-capture");
  private static final HeaderName SDK_LANGUAGE = HeaderNames.create("x-stainless-lang");
  private static final HeaderName SDK_VERSION = HeaderNames.create("x-stainless-package-version");
  private static final List<HeaderName> SESSIONS =
      List.of(HeaderNames.create("x-claude-code-session-id"), HeaderNames.create("x-session-id"));
  private static final List<HeaderName> UPSTREAM =
      List.of(
          HeaderNames.create("openai-beta"),
          HeaderNames.create("anthropic-version"),
          HeaderNames.create("anthropic-beta"));

  private final Endpoint endpoint;
  private final AuthenticateCaller authenticate;
  private final CompleteChat completeChat;
  private final Ids ids;
  private final Clock clock;
  private final int largestBody;
  private final Consumer<List<String>> unknown;

  /// @param largestBody bytes of the largest body, decoded
  /// @param unknown told of members of bodies that nobody knows
  public EdgeHandler(
      Endpoint endpoint,
      AuthenticateCaller authenticate,
      CompleteChat completeChat,
      Ids ids,
      Clock clock,
      int largestBody,
      Consumer<List<String>> unknown) {
    this.endpoint = endpoint;
    this.authenticate = authenticate;
    this.completeChat = completeChat;
    this.ids = ids;
    this.clock = clock;
    this.largestBody = largestBody;
    this.unknown = unknown;
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    GuardedConnection connection = GuardedConnection.CURRENT.get();
    long startNanos = System.nanoTime();
    CallId id = new CallId(ids.next());
    HttpCaller caller = new HttpCaller(response, connection, endpoint, id);
    byte[] body = Bodies.read(request, largestBody);
    Inbound inbound = inbound(request, connection, id, startNanos, body);
    if (body == null) {
      connection.leaveUnread();
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    try {
      handle(request.headers(), inbound, caller, connection);
    } catch (CallerGone e) {
      throw new CloseConnectionException("the caller hung up", e);
    }
    if (body == null || caller.isBroken()) {
      throw new CloseConnectionException("the connection cannot be used again");
    }
  }

  private void handle(
      Headers headers, Inbound inbound, HttpCaller caller, GuardedConnection connection) {
    KnownKey known = null;
    try {
      switch (identify(headers, connection)) {
        case Identity.Holder holder -> {
          known = holder.known();
          switch (decode(headers, inbound.body())) {
            case Decoded.Refused refused ->
                completeChat.refuse(inbound, known, null, refused.refusal(), caller);
            case Decoded.Body decoded -> {
              Payload payload = PayloadParser.parse(endpoint, decoded.bytes());
              unknown.accept(payload.demands().unknown());
              completeChat.complete(inbound, known, payload, caller);
            }
          }
        }
        case Identity.Stranger stranger ->
            completeChat.refuse(inbound, stranger.known(), null, stranger.refusal(), caller);
      }
    } catch (PayloadParser.BadPayload e) {
      completeChat.refuse(inbound, known, null, e.refusal(), caller);
    } catch (StoreUnavailable e) {
      completeChat.refuse(inbound, known, null, Refusal.storeDown(), caller);
    }
  }

  private Decoded decode(Headers headers, byte @Nullable [] body) {
    if (body == null) {
      return new Decoded.Refused(Refusal.tooLarge(largestBody));
    }
    String coding = first(headers, HeaderNames.CONTENT_ENCODING);
    return ContentCoding.decode(body, coding == null ? "" : coding, largestBody);
  }

  /// Who calls.
  private sealed interface Identity {
    record Holder(KnownKey known) implements Identity {}

    record Stranger(Refusal refusal, @Nullable KnownKey known) implements Identity {}
  }

  private Identity identify(Headers headers, GuardedConnection connection) {
    return switch (Credentials.find(headers)) {
      case Credentials.Found.None _ ->
          new Identity.Stranger(
              Refusal.unauthenticated(
                  "You didn't provide an API key. Send it as 'Authorization: Bearer tgk_...'."),
              null);
      case Credentials.Found.Several _ ->
          new Identity.Stranger(
              Refusal.badRequest(
                  "conflicting_credentials",
                  "The request holds two different Tollgate keys. Send one.",
                  null),
              null);
      case Credentials.Found.One one ->
          switch (authenticate.authenticate(one.secret(), endpoint, connection.address())) {
            case Outcome.Known found -> new Identity.Holder(found.known());
            case Outcome.Refused refused ->
                new Identity.Stranger(Refusal.of(refused.reason()), refused.known());
          };
    };
  }

  private Inbound inbound(
      ServerRequest request,
      GuardedConnection connection,
      CallId id,
      long startNanos,
      byte @Nullable [] body) {
    Headers headers = request.headers();
    List<HeaderField> upstream = List.of();
    for (HeaderName name : UPSTREAM) {
      if (headers.contains(name)) {
        upstream = new ArrayList<>(upstream);
        upstream.add(new HeaderField(name.lowerCase(), headers.get(name).values()));
      }
    }
    String language = first(headers, SDK_LANGUAGE);
    String version = first(headers, SDK_VERSION);
    String session = null;
    for (HeaderName name : SESSIONS) {
      session = session == null ? first(headers, name) : session;
    }
    ClientInfo client =
        new ClientInfo(
            connection.remotePeer().host(),
            first(headers, HeaderNames.USER_AGENT),
            language == null ? null : version == null ? language : language + " " + version,
            session,
            null,
            null);
    return new Inbound(
        id,
        endpoint,
        clock.instant(),
        startNanos,
        client,
        upstream,
        "off".equals(first(headers, CAPTURE)),
        body);
  }

  private static @Nullable String first(Headers headers, HeaderName name) {
    return headers.contains(name) ? headers.get(name).get() : null;
  }
}
