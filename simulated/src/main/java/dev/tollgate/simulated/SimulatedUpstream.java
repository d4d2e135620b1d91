package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.inference.Dialect;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.simulated.PacedStream.Ending;
import dev.tollgate.simulated.PacedStream.Pace;
import dev.tollgate.simulated.PacedStream.Script;
import dev.tollgate.simulated.Route.Call;
import dev.tollgate.simulated.Route.Reply;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A provider in the process that answers the bytes a real one would. What it says depends on the
/// request alone; only ids, times and cached tokens differ from call to call. It asks for no
/// credential. It keeps hashes of prompts, and answers that were to be stored. Thread-safe.
public final class SimulatedUpstream implements Upstream {
  private static final Duration USUAL_PACE = Duration.ofMillis(5);
  static final String COUNT_RESPONSES = "/responses/input_tokens";
  private static final int EVENTS_BEFORE_STALL = 2;
  private static final int EVENTS_BEFORE_RESET = 3;

  private final Clock clock = Clock.systemUTC();
  private final long born = clock.millis();
  private final AtomicInteger calls = new AtomicInteger();
  private final PromptCache cache = new PromptCache();
  private final StoredAnswers stored = new StoredAnswers();
  private final Duration pace;

  public SimulatedUpstream() {
    this(USUAL_PACE);
  }

  /// @param pace pause between two events of a stream; the first comes after four
  public SimulatedUpstream(Duration pace) {
    this.pace = pace;
  }

  @Override
  public UpstreamResponse send(Request request, Silence silence) {
    int query = request.path().indexOf('?');
    String path = query < 0 ? request.path() : request.path().substring(0, query);
    String id = nextId(request.body());
    Dialect dialect = dialect(request, path);
    try {
      if (request.method().equals("GET") && path.equals("/models")) {
        boolean openAi = dialect != Dialect.MESSAGES;
        return whole(head(dialect, id), openAi ? ModelsList.openAi() : ModelsList.anthropic());
      }
      ObjectNode earlier = new StoredRoute(stored).answer(request.method(), path);
      if (earlier != null) {
        return whole(head(dialect, id), earlier);
      }
      if (request.method().equals("POST") && path.equals(COUNT_RESPONSES)) {
        return counted(request, id);
      }
      Endpoint endpoint = endpoint(request.method(), path);
      Fields body = new Fields(Json.parse(request.body()), "");
      SimulatedModel model = model(endpoint, body);
      Call call = new Call(model, body, id, clock.instant().getEpochSecond());
      Reply reply = route(endpoint).answer(call);
      return deliver(new Delivery(model, head(dialect, id), reply), request, silence);
    } catch (Rejected rejected) {
      return error(dialect, id, rejected.rejection());
    }
  }

  private UpstreamResponse counted(Request request, String id) {
    Fields body = new Fields(Json.parse(request.body()), "");
    SimulatedModel model = model(Endpoint.RESPONSES, body);
    Call call = new Call(model, body, id, clock.instant().getEpochSecond());
    return switch (new ResponsesRoute(cache, stored).countTokens(call)) {
      case Reply.Whole(ObjectNode json) -> whole(head(Dialect.RESPONSES, id), json);
      case Reply.Stream _ -> throw new IllegalStateException("a count is never streamed");
    };
  }

  private record Delivery(SimulatedModel model, List<HeaderField> headers, Reply reply) {}

  private UpstreamResponse deliver(Delivery delivery, Request request, Silence silence) {
    SimulatedModel.Fate fate = delivery.model().fate();
    return switch (delivery.reply()) {
      case Reply.Whole(ObjectNode json) -> {
        if (fate == SimulatedModel.Fate.STALLS) {
          throw LastingSilence.endure(request.timeouts(), silence);
        }
        if (fate == SimulatedModel.Fate.RESETS) {
          throw new UpstreamFailure(Failure.Kind.BROKEN, "connection reset");
        }
        yield whole(delivery.headers(), json);
      }
      case Reply.Stream(List<byte[]> events) -> {
        List<HeaderField> headers = new ArrayList<>(delivery.headers());
        headers.addFirst(new HeaderField("content-type", "text/event-stream; charset=utf-8"));
        headers.add(new HeaderField("cache-control", "no-cache"));
        Pace pacing = new Pace(pace, request.timeouts());
        yield new PacedStream(new Head(200, headers), script(fate, events), pacing, silence);
      }
    };
  }

  private static Script script(SimulatedModel.Fate fate, List<byte[]> events) {
    return switch (fate) {
      case STALLS -> new Script(events.subList(0, EVENTS_BEFORE_STALL), Ending.SILENCE);
      case RESETS -> new Script(events.subList(0, EVENTS_BEFORE_RESET), Ending.RESET);
      case ANSWERS, RATE_LIMITED, OUT_OF_CREDIT -> new Script(events, Ending.COMPLETE);
    };
  }

  private static UpstreamResponse whole(List<HeaderField> given, ObjectNode json) {
    return whole(200, given, json);
  }

  private static UpstreamResponse whole(int status, List<HeaderField> given, ObjectNode json) {
    List<HeaderField> headers = new ArrayList<>(given);
    headers.addFirst(new HeaderField("content-type", "application/json"));
    return new WholeAnswer(new Head(status, headers), Json.bytes(json));
  }

  private static UpstreamResponse error(Dialect dialect, String id, Rejection rejection) {
    ErrorBody error =
        switch (dialect) {
          case CHAT, RESPONSES -> ErrorBody.openAi(rejection);
          case MESSAGES -> ErrorBody.anthropic(rejection, "req_" + id);
        };
    List<HeaderField> headers = new ArrayList<>(head(dialect, id));
    if (error.retryAfterSeconds() != null) {
      headers.add(new HeaderField("retry-after", error.retryAfterSeconds()));
    }
    return whole(error.status(), headers, error.json());
  }

  private static List<HeaderField> head(Dialect dialect, String id) {
    String name = dialect == Dialect.MESSAGES ? "request-id" : "x-request-id";
    return List.of(new HeaderField(name, "req_" + id));
  }

  private static Dialect dialect(Request request, String path) {
    boolean versioned =
        request.headers().stream()
            .anyMatch(header -> header.name().equalsIgnoreCase("anthropic-version"));
    boolean messages = path.startsWith("/messages");
    return messages || (path.equals("/models") && versioned) ? Dialect.MESSAGES : Dialect.CHAT;
  }

  private static Endpoint endpoint(String method, String path) {
    for (Endpoint endpoint : Endpoint.values()) {
      if (method.equals("POST") && endpoint.path().equals(path)) {
        return endpoint;
      }
    }
    throw new Rejected(new Rejection.UnknownPath(method, path));
  }

  private static SimulatedModel model(Endpoint endpoint, Fields body) {
    String name = body.needText("model");
    SimulatedModel model = SimulatedModel.named(name);
    if (model == null) {
      throw new Rejected(new Rejection.UnknownModel(name));
    }
    if (!(endpoint == Endpoint.EMBEDDINGS ? model.embeds() : model.talks())) {
      throw new Rejected(new Rejection.WrongKind(name));
    }
    return switch (model.fate()) {
      case RATE_LIMITED -> throw new Rejected(new Rejection.RateLimited(name));
      case OUT_OF_CREDIT -> throw new Rejected(new Rejection.OutOfCredit());
      case ANSWERS, STALLS, RESETS -> model;
    };
  }

  private Route route(Endpoint endpoint) {
    return switch (endpoint) {
      case CHAT_COMPLETIONS -> new ChatRoute(cache, stored);
      case COMPLETIONS -> new CompletionsRoute();
      case EMBEDDINGS -> new EmbeddingsRoute();
      case RESPONSES -> new ResponsesRoute(cache, stored);
      case MESSAGES -> new MessagesRoute(cache);
      case COUNT_TOKENS -> MessagesRoute::countTokens;
    };
  }

  /// Looks like a hash and is never given twice.
  private String nextId(byte[] body) {
    int number = calls.incrementAndGet();
    long hash = Fingerprint.join(Fingerprint.join(born, Arrays.hashCode(body)), number);
    return HexFormat.of().toHexDigits(hash) + HexFormat.of().toHexDigits(number);
  }
}
