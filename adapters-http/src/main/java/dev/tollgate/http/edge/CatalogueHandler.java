package dev.tollgate.http.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.keys.AuthenticateCaller;
import dev.tollgate.application.keys.AuthenticateCaller.Outcome;
import dev.tollgate.application.ledger.OwnBudgets;
import dev.tollgate.dialects.Dialects;
import dev.tollgate.dialects.format.ModelLists;
import dev.tollgate.dialects.request.BadRequest;
import dev.tollgate.domain.catalog.RouteTable;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.connection.WholeAnswer;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a key's holder may ask about: the models it may use, in the shape of the dialect it speaks,
/// and its own limits.
public final class CatalogueHandler implements HttpService {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AuthenticateCaller authenticate;
  private final Routes routes;
  private final OwnBudgets ownBudgets;
  private final Ids ids;

  public CatalogueHandler(
      AuthenticateCaller authenticate, Routes routes, OwnBudgets ownBudgets, Ids ids) {
    this.authenticate = authenticate;
    this.ownBudgets = ownBudgets;
    this.routes = routes;
    this.ids = ids;
  }

  @Override
  public void routing(HttpRules rules) {
    Handler list = (request, response) -> answer(request, response, this::list);
    Handler one = (request, response) -> answer(request, response, this::one);
    rules
        .get("/models", list)
        .route(Method.HEAD, "/models", list)
        .get("/models/*", one)
        .route(Method.HEAD, "/models/*", one)
        .get("/key", (request, response) -> answer(request, response, this::key))
        .any((request, response) -> refuse(request, response, unknown(request)));
  }

  /// Codex tries a WebSocket first, and falls back at once only on 426.
  private static Refusal unknown(ServerRequest request) {
    boolean webSocket =
        request.headers().contains(HeaderNames.UPGRADE)
            && request.headers().get(HeaderNames.UPGRADE).get().equalsIgnoreCase("websocket");
    return webSocket ? Refusal.noWebSockets() : RefusalAnswers.unknownUrl(request);
  }

  private interface Question {
    @Nullable String ask(ServerRequest request, KnownKey known);
  }

  private void answer(ServerRequest request, ServerResponse response, Question question) {
    try {
      switch (Credentials.find(request.headers())) {
        case Credentials.Found.One one -> {
          byte[] address = GuardedConnection.CURRENT.get().address();
          switch (authenticate.authenticate(one.secrets(), null, address)) {
            case Outcome.Known found -> {
              String answer = question.ask(request, found.known());
              if (answer == null) {
                refuse(request, response, Refusal.modelNotFound(modelName(request)));
              } else {
                RefusalAnswers.name(
                    response, RefusalAnswers.dialect(request), new CallId(ids.next()));
                response.header(HeaderValues.CONTENT_TYPE_JSON);
                WholeAnswer.send(request, response, answer.getBytes(StandardCharsets.UTF_8));
              }
            }
            case Outcome.Refused refused -> refuse(request, response, Refusal.of(refused.reason()));
          }
        }
        case Credentials.Found.None _ ->
            refuse(request, response, Refusal.unauthenticated("You didn't provide an API key."));
        case Credentials.Found.Several _ ->
            refuse(
                request,
                response,
                Refusal.of(
                    Reason.CONFLICTING_CREDENTIALS,
                    "The request holds two different Tollgate keys. Send one.",
                    null));
      }
    } catch (BadRequest e) {
      refuse(request, response, e.refusal());
    } catch (StoreUnavailable e) {
      refuse(request, response, Refusal.storeDown());
    }
  }

  private String list(ServerRequest request, KnownKey known) {
    List<RouteTable.Route> allowed = new ArrayList<>();
    for (RouteTable.Route route : routes.current(known.key().tenant()).routes().all()) {
      if (isFor(known, route)) {
        allowed.add(route);
      }
    }
    return models(request).list(allowed, name -> request.query().first(name).orElse(null));
  }

  private @Nullable String one(ServerRequest request, KnownKey known) {
    String name = modelName(request);
    RouteTable.Route route = routes.current(known.key().tenant()).routes().find(name);
    return route == null || !isFor(known, route) ? null : models(request).model(route);
  }

  /// Whether a call of the key's would have somewhere to go.
  private static boolean isFor(KnownKey known, RouteTable.Route route) {
    return known.key().policy().allowsModel(route.model().name()) && !route.targets().isEmpty();
  }

  private static ModelLists models(ServerRequest request) {
    return Dialects.format(RefusalAnswers.dialect(request)).models();
  }

  private String key(ServerRequest request, KnownKey known) {
    VirtualKey key = known.key();
    KeyPolicy policy = key.policy();
    ObjectNode node = JSON.createObjectNode();
    node.put("id", key.id().toString());
    node.put("name", key.name());
    node.put("project", key.project().toString());
    node.put("status", key.state().name().toLowerCase(Locale.ROOT));
    node.put("expires_at", key.expiresAt() == null ? null : key.expiresAt().toString());
    node.set("models", strings(policy.models()));
    node.set(
        "endpoints",
        strings(
            policy.endpoints() == null
                ? null
                : policy.endpoints().stream().map(Endpoint::wire).sorted().toList()));
    node.put("capture", known.capture().wire());
    ArrayNode budgets = JSON.createArrayNode();
    JsonNode own = JSON.nullNode();
    for (Budgets.State state : ownBudgets.of(key)) {
      ObjectNode budget = budget(state);
      budgets.add(budget);
      boolean isOwn = state.budget().scope().kind() == Scope.KEY && state.budget().models() == null;
      own = isOwn ? budget : own;
    }
    node.set("budget", own);
    node.set("budgets", budgets);
    return node.toString();
  }

  private static ObjectNode budget(Budgets.State state) {
    Budget budget = state.budget();
    Balance balance = state.balance();
    Money left = balance.free();
    ObjectNode node = JSON.createObjectNode();
    node.put("scope", budget.scope().kind().wire());
    node.set("models", strings(budget.models()));
    node.put("window", budget.window().wire());
    node.put("resets_at", balance.end() == null ? null : balance.end().toString());
    node.put("policy", budget.policy().wire());
    node.put("limit", balance.limit().usd());
    node.put("settled", balance.posted().usd());
    node.put("held", balance.held().usd());
    node.put("remaining", (left.nanos() < 0 ? Money.ZERO : left).usd());
    return node;
  }

  private static JsonNode strings(@Nullable List<String> values) {
    if (values == null) {
      return JSON.nullNode();
    }
    ArrayNode array = JSON.createArrayNode();
    values.forEach(array::add);
    return array;
  }

  private void refuse(ServerRequest request, ServerResponse response, Refusal refusal) {
    RefusalAnswers.send(request, response, refusal, new CallId(ids.next()));
  }

  /// The rest of the path, decoded: names hold slashes, which SDKs encode.
  private static String modelName(ServerRequest request) {
    String path = request.path().absolute().rawPath();
    int at = path.indexOf("/models/");
    if (at < 0) {
      return "";
    }
    String encoded = path.substring(at + "/models/".length()).replace("+", "%2B");
    try {
      return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return encoded;
    }
  }
}
