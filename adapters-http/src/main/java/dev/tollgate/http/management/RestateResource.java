package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.pricing.RestatePrices;
import dev.tollgate.application.pricing.RestatePrices.Difference;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/// `/api/v1/prices:restate`.
public final class RestateResource implements HttpService {
  private static final int LONGEST_REASON = 200;

  private final Api api;
  private final RestatePrices restatePrices;
  private final Clock clock;

  public RestateResource(Api api, RestatePrices restatePrices, Clock clock) {
    this.api = api;
    this.restatePrices = restatePrices;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/", api.handler(this::restate));
  }

  private Answer restate(Call call) {
    Fields fields = call.fields();
    String provider = fields.text("provider");
    String model = fields.text("model");
    Instant from = fields.parsed("from", Fields::time);
    Instant to = fields.timeOrNull("to");
    String reason = fields.textOrNull("reason");
    boolean dryRun = fields.flag("dry_run", true);
    fields.done();
    if (reason != null && (reason.isBlank() || reason.length() > LONGEST_REASON)) {
      throw Problem.invalid("reason", "reason must have 1 to 200 characters.");
    }
    List<Difference> differences =
        restatePrices
            .restate(
                new RestatePrices.Command(
                    call.tenant(),
                    provider,
                    model,
                    from,
                    to == null ? clock.instant() : to,
                    reason == null ? "price restated" : reason,
                    dryRun))
            .orElseThrow(() -> Problem.invalid("provider", "There is no such provider."));
    ObjectNode node = Json.object();
    node.put("dry_run", dryRun);
    long calls = 0;
    ArrayNode data = node.putArray("data");
    for (Difference each : differences) {
      calls += each.calls();
      data.addObject()
          .put("project", each.project().toString())
          .put("month", each.month().toString())
          .put("calls", each.calls())
          .put("before", each.before().usd())
          .put("after", each.after().usd())
          .put("difference", each.after().minus(each.before()).usd());
    }
    node.put("calls", calls);
    return Answer.ok(node);
  }
}
