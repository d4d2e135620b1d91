package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.ledger.ReverseEstimates;
import dev.tollgate.application.ledger.ReverseEstimates.Reversal;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ledger.Corrections;
import dev.tollgate.domain.ledger.Corrections.Estimate;
import dev.tollgate.domain.ledger.Corrections.EstimateFilter;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.tenancy.Page;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// `/api/v1/ledger/estimates` and `/api/v1/ledger/estimates:reverse`: money that was posted
/// although nobody knows what its calls cost, and how it is given back.
public final class EstimatesResource {
  private static final Duration OLD = Duration.ofDays(2);
  private static final int LONGEST_REASON = 200;

  private final Corrections corrections;
  private final ReverseEstimates reverseEstimates;
  private final Clock clock;

  public EstimatesResource(
      Corrections corrections, ReverseEstimates reverseEstimates, Clock clock) {
    this.corrections = corrections;
    this.reverseEstimates = reverseEstimates;
    this.clock = clock;
  }

  /// Those older than 48 hours that nothing has corrected or given back.
  Answer list(Call call) {
    UUID cursor = Cursors.cursor(call);
    int limit = Cursors.limit(call);
    EstimateFilter filter =
        new EstimateFilter(Instant.EPOCH, clock.instant().minus(OLD), null, null, true);
    List<Estimate> found =
        corrections.estimates(
            call.tenant(), filter, cursor == null ? null : new HoldId(cursor), limit + 1);
    boolean more = found.size() > limit;
    List<Estimate> shown = more ? found.subList(0, limit) : found;
    return Answer.ok(
        Cursors.page(
            new Page<>(shown, more ? shown.getLast().hold().value() : null),
            EstimatesResource::json));
  }

  Answer reverse(Call call) {
    Fields fields = call.fields();
    String provider = fields.textOrNull("provider");
    String deployment = fields.textOrNull("deployment");
    Instant from = fields.parsed("from", Fields::time);
    Instant to = fields.parsed("to", Fields::time);
    String reason = fields.text("reason");
    boolean dryRun = fields.flag("dry_run", true);
    fields.done();
    if (reason.isBlank() || reason.length() > LONGEST_REASON) {
      throw Problem.invalid("reason", "reason must have 1 to 200 characters.");
    }
    if ((provider == null) == (deployment == null)) {
      throw Problem.invalid(
          "provider", "Name either a provider or a deployment, as provider/model.");
    }
    int slash = deployment == null ? -1 : deployment.indexOf('/');
    if (deployment != null && slash < 1) {
      throw Problem.invalid("deployment", "deployment must be provider/model.");
    }
    EstimateFilter filter =
        deployment == null
            ? new EstimateFilter(from, to, provider, null, false)
            : new EstimateFilter(
                from, to, deployment.substring(0, slash), deployment.substring(slash + 1), false);
    if (!from.isBefore(to)) {
      throw Problem.invalid("from", "from must be before to.");
    }
    List<Reversal> reversals =
        reverseEstimates
            .reverse(new ReverseEstimates.Command(call.tenant(), filter, reason, dryRun))
            .orElseThrow(
                () ->
                    Problem.invalid(
                        deployment == null ? "provider" : "deployment",
                        "There is no such provider."));
    return Answer.ok(json(dryRun, reversals));
  }

  private static ObjectNode json(boolean dryRun, List<Reversal> reversals) {
    ObjectNode node = Json.object();
    node.put("dry_run", dryRun);
    long calls = 0;
    Money amount = Money.ZERO;
    ArrayNode data = node.putArray("data");
    for (Reversal each : reversals) {
      calls += each.calls();
      amount = amount.plusAtMost(each.amount());
      data.addObject()
          .put("business_unit", each.businessUnit().toString())
          .put("calls", each.calls())
          .put("amount", each.amount().usd());
    }
    node.put("calls", calls);
    node.put("amount", amount.usd());
    return node;
  }

  private static ObjectNode json(Estimate estimate) {
    return Json.object()
        .put("hold", estimate.hold().toString())
        .put("call", estimate.call().toString())
        .put("key", estimate.key().toString())
        .put("project", estimate.project().toString())
        .put("business_unit", estimate.businessUnit().toString())
        .put("provider", estimate.provider())
        .put("upstream_model", estimate.upstreamModel())
        .put("time", estimate.at().toString())
        .put("amount", estimate.amount().usd())
        .put("reason", estimate.reason());
  }
}
