package dev.tollgate.application.ledger;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.jobs.Steps;
import dev.tollgate.domain.ledger.Corrections;
import dev.tollgate.domain.ledger.Corrections.Estimate;
import dev.tollgate.domain.ledger.Corrections.EstimateFilter;
import dev.tollgate.domain.ledger.Corrections.Target;
import dev.tollgate.domain.money.Money;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Gives money back that was posted as an estimate, after an outage that the provider does not
/// bill: each call's cost becomes zero by a further entry, and its budgets are free at once. A
/// repeat changes nothing more.
public final class ReverseEstimates {
  private static final int PAGE = 500;

  private final Catalog catalog;
  private final Corrections corrections;

  public ReverseEstimates(Catalog catalog, Corrections corrections) {
    this.catalog = catalog;
    this.corrections = corrections;
  }

  /// What to give back.
  ///
  /// @param filter names a provider
  /// @param dryRun whether only the sums are wanted
  public record Command(EstimateFilter filter, String reason, boolean dryRun) {}

  /// What a business unit gets back.
  ///
  /// @param calls of which a call that was tried several times is one
  public record Reversal(BusinessUnitId businessUnit, long calls, Money amount) {}

  /// By business unit.
  public Result<List<Reversal>> run(Actor actor, Command command, Steps steps) {
    if (!actor.may(Permission.LEDGER_CORRECT, Scope.of(actor.tenant()))) {
      return new Result.Forbidden<>(Permission.LEDGER_CORRECT);
    }
    EstimateFilter filter = command.filter();
    if (!filter.from().isBefore(filter.to())) {
      return new Result.Invalid<>("from", "from must be before to");
    }
    if (catalog.visibleProviders(actor.tenant()).stream()
        .noneMatch(each -> each.name().equals(filter.provider()))) {
      return new Result.Invalid<>(
          filter.upstreamModel() == null ? "provider" : "deployment", "There is no such provider");
    }
    Map<String, Reversal> reversals = new TreeMap<>();
    Set<CallId> seen = new HashSet<>();
    HoldId last = null;
    while (true) {
      List<Estimate> page = corrections.estimates(actor.tenant(), filter, last, PAGE);
      List<Target> targets = new ArrayList<>(page.size());
      for (Estimate each : page) {
        targets.add(new Target(each.hold(), Money.ZERO, null));
        reversals.merge(
            each.businessUnit().toString(),
            new Reversal(each.businessUnit(), seen.add(each.call()) ? 1 : 0, each.amount()),
            ReverseEstimates::sum);
      }
      if (!command.dryRun() && !targets.isEmpty()) {
        corrections.adjust(actor.tenant(), targets, command.reason());
      }
      if (page.size() < PAGE) {
        return Result.done(List.copyOf(reversals.values()));
      }
      last = page.getLast().hold();
      steps.progress(seen.size() + " calls");
    }
  }

  private static Reversal sum(Reversal a, Reversal b) {
    return new Reversal(a.businessUnit(), a.calls() + b.calls(), a.amount().plusAtMost(b.amount()));
  }
}
