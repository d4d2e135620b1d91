package dev.tollgate.application.reporting;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.reporting.CallHistory;
import dev.tollgate.domain.reporting.CallView;
import dev.tollgate.domain.stores.Page;
import java.time.Clock;

/// Lists calls, newest first.
public final class ListCalls {
  private final CallHistory history;
  private final Clock clock;

  public ListCalls(CallHistory history, Clock clock) {
    this.history = history;
    this.clock = clock;
  }

  public Result<Page<CallView>> run(Actor actor, CallQuery query, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.CALLS_READ,
        () ->
            Result.done(
                history.list(actor.tenant(), query.filter(clock), ask.cursor(), ask.limit())));
  }
}
