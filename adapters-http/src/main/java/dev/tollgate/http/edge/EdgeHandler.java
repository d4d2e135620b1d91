package dev.tollgate.http.edge;

import dev.tollgate.application.inference.Call;
import dev.tollgate.application.inference.Inbound;
import dev.tollgate.application.inference.ServeCall;
import dev.tollgate.application.keys.AuthenticateCaller;
import dev.tollgate.application.keys.AuthenticateCaller.Outcome;
import dev.tollgate.application.relay.CallerGone;
import dev.tollgate.dialects.Dialects;
import dev.tollgate.dialects.format.WireFormat;
import dev.tollgate.dialects.request.BadRequest;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.edge.Bodies.Body;
import dev.tollgate.http.edge.ContentCoding.Decoded;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
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

/// One metered endpoint: finds the key, reads the body only if it is good, parses, and hands the
/// call over. Whatever goes wrong on the way is answered in the caller's dialect and recorded.
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
  private final WireFormat format;
  private final Edge edge;
  private final Ids ids;

  public EdgeHandler(Endpoint endpoint, Edge edge, Ids ids) {
    this.endpoint = endpoint;
    this.format = Dialects.format(endpoint.dialect());
    this.edge = edge;
    this.ids = ids;
  }

  /// What all metered endpoints share.
  ///
  /// @param memory what bodies may take of the heap, in all
  /// @param largestBody bytes of the largest body, decoded
  /// @param unknown told of members of bodies that nobody knows
  public record Edge(
      AuthenticateCaller authenticate,
      ServeCall serveCall,
      Clock clock,
      BodyMemory memory,
      int largestBody,
      Consumer<List<String>> unknown) {}

  /// Where callers find it.
  public List<String> paths() {
    return format.paths(endpoint);
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    GuardedConnection connection = GuardedConnection.CURRENT.get();
    long startNanos = System.nanoTime();
    CallId id = new CallId(ids.next());
    HttpCaller caller = new HttpCaller(response, connection, endpoint, id);
    Call.Arrived call =
        new Call.Arrived(
            inbound(id, new Inbound.Start(edge.clock().instant(), startNanos), request.headers()));
    try (BodyMemory.Share share = edge.memory().share()) {
      handle(call, new Exchange(request, response, share), caller);
    } catch (CallerGone e) {
      throw new CloseConnectionException("the caller hung up", e);
    }
    if (caller.isGone() || connection.isOlder()) {
      // Nobody may have been answered, which the server would take for an error of the route.
      throw new CloseConnectionException("the connection cannot be used again");
    }
  }

  /// A request on its connection.
  ///
  /// @param share what its body takes of the memory for all bodies
  private record Exchange(ServerRequest request, ServerResponse response, BodyMemory.Share share) {}

  private void handle(Call.Arrived arrived, Exchange exchange, HttpCaller caller) {
    Call call = arrived;
    try {
      switch (identify(exchange.request().headers())) {
        case Identity.Stranger(Refusal refusal, KnownKey holder) ->
            edge.serveCall().refuse(holder == null ? arrived : arrived.by(holder), refusal, caller);
        case Identity.Holder(KnownKey holder) -> {
          Call.Identified identified = arrived.by(holder);
          call = identified;
          Body body =
              Bodies.read(
                  exchange.request(), exchange.response(), edge.largestBody(), exchange.share());
          if (body instanceof Body.Whole whole) {
            identified = identified.with(whole.bytes());
            call = identified;
          }
          switch (decode(exchange.request().headers(), body, exchange.share())) {
            case Decoded.Refused refused ->
                edge.serveCall().refuse(call, refused.refusal(), caller);
            case Decoded.Body decoded -> {
              Payload payload = format.read(endpoint.operation(), decoded.bytes());
              edge.unknown().accept(payload.demands().unknown());
              edge.serveCall().serve(identified.asking(payload), caller);
            }
          }
        }
      }
    } catch (BadRequest e) {
      edge.serveCall().refuse(call, e.refusal(), caller);
    } catch (StoreUnavailable e) {
      edge.serveCall().refuse(call, Refusal.storeDown(), caller);
    }
  }

  private Decoded decode(Headers headers, Body body, BodyMemory.Share share) {
    return switch (body) {
      case Body.TooLarge _ -> new Decoded.Refused(Refusal.tooLarge(edge.largestBody()));
      case Body.NoRoom _ -> new Decoded.Refused(Refusal.outOfMemory());
      case Body.Whole whole -> {
        String coding = first(headers, HeaderNames.CONTENT_ENCODING);
        yield ContentCoding.decode(
            whole.bytes(), coding == null ? "" : coding, edge.largestBody(), share);
      }
    };
  }

  /// Who calls.
  private sealed interface Identity {
    record Holder(KnownKey known) implements Identity {}

    record Stranger(Refusal refusal, @Nullable KnownKey known) implements Identity {}
  }

  private Identity identify(Headers headers) {
    return switch (Credentials.find(headers)) {
      case Credentials.Found.None _ ->
          new Identity.Stranger(
              Refusal.unauthenticated(
                  "You didn't provide an API key. Send it as 'Authorization: Bearer tgk_...'."),
              null);
      case Credentials.Found.Several _ ->
          new Identity.Stranger(
              Refusal.of(
                  Reason.CONFLICTING_CREDENTIALS,
                  "The request holds two different Tollgate keys. Send one.",
                  null),
              null);
      case Credentials.Found.One one ->
          switch (edge.authenticate()
              .authenticate(one.secrets(), endpoint, GuardedConnection.CURRENT.get().address())) {
            case Outcome.Known found -> new Identity.Holder(found.known());
            case Outcome.Refused refused ->
                new Identity.Stranger(Refusal.of(refused.reason()), refused.known());
          };
    };
  }

  private Inbound inbound(CallId id, Inbound.Start start, Headers headers) {
    List<HeaderField> upstream = List.of();
    for (HeaderName name : UPSTREAM) {
      if (headers.contains(name)) {
        upstream = new ArrayList<>(upstream);
        upstream.add(new HeaderField(name.lowerCase(), headers.get(name).values()));
      }
    }
    boolean optsOut = "off".equals(first(headers, CAPTURE));
    return new Inbound(id, endpoint, start, client(headers), new Inbound.Wishes(upstream, optsOut));
  }

  private static ClientInfo client(Headers headers) {
    String language = first(headers, SDK_LANGUAGE);
    String version = first(headers, SDK_VERSION);
    String session = null;
    for (HeaderName name : SESSIONS) {
      session = session == null ? first(headers, name) : session;
    }
    return new ClientInfo(
        GuardedConnection.CURRENT.get().remotePeer().host(),
        first(headers, HeaderNames.USER_AGENT),
        language == null ? null : version == null ? language : language + " " + version,
        session,
        null,
        null);
  }

  private static @Nullable String first(Headers headers, HeaderName name) {
    return headers.contains(name) ? headers.get(name).get() : null;
  }
}
