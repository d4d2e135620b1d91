package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.reporting.CallFilter;
import dev.tollgate.domain.reporting.CallHistory;
import dev.tollgate.domain.reporting.CallView;
import dev.tollgate.domain.reporting.UsageQuery;
import dev.tollgate.domain.reporting.UsageQuery.Group;
import dev.tollgate.domain.reporting.UsageReport;
import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `/api/v1/calls`, `/api/v1/calls:export` and `/api/v1/usage`.
public final class CallsResource implements HttpService {
  private static final Duration USUAL_SPAN = Duration.ofDays(7);

  /// The usual span must not fall short of the minutes kept while a request is on its way.
  private static final Duration SLACK = Duration.ofHours(1);

  private final Api api;
  private final CallHistory history;
  private final UsageReport usage;
  private final Clock clock;

  public CallsResource(Api api, CallHistory history, UsageReport usage, Clock clock) {
    this.api = api;
    this.history = history;
    this.usage = usage;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/calls", api.handler(this::list))
        .get("/calls/{id}", api.handler(this::get))
        .get("/calls:export", this::export)
        .get("/usage", api.handler(this::report));
  }

  private Answer list(Call call) {
    return Answer.ok(
        Cursors.page(
            history.list(call.tenant(), filter(call), Cursors.cursor(call), Cursors.limit(call)),
            CallsResource::json));
  }

  private Answer get(Call call) {
    CallId id = call.id(CallId::parse, "call");
    CallView view = history.find(call.tenant(), id).orElseThrow(() -> Problem.notFound("call"));
    ObjectNode node = json(view);
    CapturedContent content = history.content(call.tenant(), id).orElse(null);
    if (content == null) {
      node.putNull("content");
    } else {
      ObjectNode kept = node.putObject("content");
      kept.put("request", new String(content.request(), StandardCharsets.UTF_8));
      kept.put("response", new String(content.response(), StandardCharsets.UTF_8));
      kept.put("truncated", content.truncated());
    }
    return Answer.ok(node);
  }

  /// JSON lines, streamed. Errors before the first line are answered as everywhere; one after it
  /// ends the connection, so that a cut export cannot be taken for a whole one.
  private void export(ServerRequest request, ServerResponse response) {
    api.handle(
        request,
        response,
        call -> {
          CallFilter filter = filter(call);
          response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/x-ndjson"));
          try (OutputStream out = GuardedConnection.CURRENT.get().stream(response)) {
            export(call.tenant(), filter, out);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return Answer.SENT;
        });
  }

  private void export(TenantId tenant, CallFilter filter, OutputStream out) {
    history.export(
        tenant,
        filter,
        call -> {
          try {
            out.write((json(call) + "\n").getBytes(StandardCharsets.UTF_8));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private Answer report(Call call) {
    Instant to = time(call, "to", clock.instant());
    Instant from = time(call, "from", to.minus(USUAL_SPAN));
    List<Group> groups = new ArrayList<>();
    String by = call.query("group_by");
    if (by != null && !by.isEmpty()) {
      for (String each : by.split(",", -1)) {
        groups.add(Group.parse(each.strip()));
      }
    }
    String interval = call.query("interval");
    if (interval != null) {
      groups.add(Group.parse(interval));
    }
    Instant kept = clock.instant().minus(UsageQuery.MINUTES_KEPT).minus(SLACK);
    if (groups.contains(Group.MINUTE) && from.isBefore(kept)) {
      throw Problem.invalid("from", "Minutes are kept for 7 days; ask for hours.");
    }
    boolean quarters = from.isBefore(kept);
    // Times that nobody named need not be exact: the roll-ups are enough.
    UsageQuery query =
        new UsageQuery(
            quarters || call.query("from") == null ? UsageQuery.quarterBefore(from) : from,
            quarters || call.query("to") == null ? UsageQuery.quarterAfter(to) : to,
            groups,
            id(call, "key", KeyId::parse),
            id(call, "project", ProjectId::parse),
            call.query("model"));
    return Answer.ok(usage(query, usage.report(call.tenant(), query)));
  }

  private static ObjectNode usage(UsageQuery query, List<UsageReport.Row> rows) {
    ObjectNode node = Json.object();
    node.put("from", query.from().toString());
    node.put("to", query.to().toString());
    ArrayNode data = node.putArray("data");
    Money total = Money.ZERO;
    Money estimated = Money.ZERO;
    long calls = 0;
    for (UsageReport.Row row : rows) {
      ObjectNode each = data.addObject();
      for (int i = 0; i < query.groups().size(); i++) {
        each.put(query.groups().get(i).wire(), row.groups().get(i));
      }
      each.put("calls", row.calls());
      each.put("errors", row.errors());
      each.put("error_rate_percent", Math.floorDiv(row.errors() * 100, Math.max(1, row.calls())));
      each.set("tokens", tokens(row.usage()));
      each.put("cost", row.cost().usd());
      each.put("estimated_cost", row.estimated().usd());
      each.putObject("latency_ms").put("p50", row.latency().p50()).put("p95", row.latency().p95());
      each.putObject("ttft_ms")
          .put("p50", row.firstToken().p50())
          .put("p95", row.firstToken().p95());
      total = total.plusAtMost(row.cost());
      estimated = estimated.plusAtMost(row.estimated());
      calls += row.calls();
    }
    ObjectNode totals = node.putObject("total");
    totals.put("calls", calls);
    totals.put("cost", total.usd());
    totals.put("estimated_cost", estimated.usd());
    return node;
  }

  private CallFilter filter(Call call) {
    Instant to = time(call, "to", clock.instant().plusSeconds(60));
    String minCost = call.query("min_cost");
    String minLatency = call.query("min_latency_ms");
    String status = call.query("status");
    if (status != null && !status.matches("ok|error|[1-5][0-9][0-9]")) {
      throw Problem.invalid("status", "status must be ok, error or an HTTP status.");
    }
    return new CallFilter(
        time(call, "from", to.minus(USUAL_SPAN)),
        to,
        id(call, "key", KeyId::parse),
        id(call, "project", ProjectId::parse),
        id(call, "member", MemberId::parse),
        call.query("model"),
        call.query("tag"),
        status,
        call.query("error_code"),
        minCost == null ? null : Money.parseUsd(minCost),
        minLatency == null ? null : number("min_latency_ms", minLatency));
  }

  private static Long number(String name, String text) {
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      throw Problem.invalid(name, name + " must be an integer.");
    }
  }

  private static Instant time(Call call, String name, Instant otherwise) {
    String text = call.query(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return Fields.time(text);
    } catch (IllegalArgumentException e) {
      throw Problem.invalid(name, name + " " + e.getMessage() + ".");
    }
  }

  private static <T> @Nullable T id(Call call, String name, Function<String, T> parse) {
    String text = call.query(name);
    if (text == null) {
      return null;
    }
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw Problem.invalid(name, name + " is " + e.getMessage() + ".");
    }
  }

  private static ObjectNode json(CallView call) {
    ObjectNode node = Json.object();
    node.put("id", call.id().toString());
    node.put("time", call.time().toString());
    node.put("key", Json.id(call.key()));
    node.put("project", Json.id(call.project()));
    node.put("business_unit", Json.id(call.businessUnit()));
    node.put("member", Json.id(call.member()));
    node.put("endpoint", call.endpoint());
    node.put("model", call.model());
    node.put("provider", call.provider());
    node.put("upstream_model", call.upstreamModel());
    node.put("service_tier", call.serviceTier());
    node.put("attempts", call.attempts());
    node.put("stream", call.stream());
    node.put("status", call.status());
    node.put("error_code", call.errorCode());
    node.set("tokens", tokens(call.usage()));
    node.put("cost", call.cost() == null ? null : call.cost().usd());
    node.put("price", Json.id(call.price()));
    node.put("estimated", call.estimated());
    node.set("details", Json.parsed(call.details()));
    node.put("latency_ms", call.latencyMicros() / 1_000);
    node.put("ttft_ms", call.firstTokenMicros() < 0 ? null : call.firstTokenMicros() / 1_000);
    node.put("overhead_ms", millis(call.overheadMicros()));
    node.set("tags", Json.strings(call.tags()));
    ClientInfo client = call.client();
    ObjectNode shown = node.putObject("client");
    shown.put("ip", client.address());
    shown.put("user_agent", client.userAgent());
    shown.put("sdk", client.sdk());
    shown.put("session", client.session());
    shown.put("user", client.user());
    shown.put("metadata", client.metadata());
    return node;
  }

  private static String millis(long micros) {
    return String.format(Locale.ROOT, "%d.%03d", micros / 1_000, micros % 1_000);
  }

  private static ObjectNode tokens(Usage usage) {
    ObjectNode node = Json.object();
    for (Component component : Component.values()) {
      if (usage.count(component) != 0) {
        node.put(component.wire(), usage.count(component));
      }
    }
    return node;
  }
}
