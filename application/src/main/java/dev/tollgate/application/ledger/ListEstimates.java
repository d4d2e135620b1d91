package dev.tollgate.application.ledger;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ledger.Corrections;
import dev.tollgate.domain.ledger.Corrections.Estimate;
import dev.tollgate.domain.ledger.Corrections.EstimateFilter;
import dev.tollgate.domain.stores.Page;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Lists estimates older than 48 hours that nothing has corrected or given back, newest first.
public final class ListEstimates {
  private static final Duration OLD = Duration.ofDays(2);

  private final Corrections corrections;
  private final Clock clock;

  public ListEstimates(Corrections corrections, Clock clock) {
    this.corrections = corrections;
    this.clock = clock;
  }

  public Result<Page<Estimate>> run(Actor actor, Page.Ask ask) {
    return Result.permitted(actor, Permission.LEDGER_READ, () -> work(actor, ask));
  }

  private Result<Page<Estimate>> work(Actor actor, Page.Ask ask) {
    EstimateFilter filter =
        new EstimateFilter(Instant.EPOCH, clock.instant().minus(OLD), null, null, true);
    HoldId before = ask.cursor() == null ? null : new HoldId(ask.cursor());
    List<Estimate> found = corrections.estimates(actor.tenant(), filter, before, ask.limit() + 1);
    boolean more = found.size() > ask.limit();
    List<Estimate> shown = more ? found.subList(0, ask.limit()) : found;
    return Result.done(new Page<>(shown, more ? shown.getLast().hold().value() : null));
  }
}
