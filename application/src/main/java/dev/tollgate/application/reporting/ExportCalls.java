package dev.tollgate.application.reporting;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.reporting.CallFilter;
import dev.tollgate.domain.reporting.CallHistory;
import dev.tollgate.domain.reporting.CallView;
import java.time.Clock;
import java.util.function.Consumer;

/// Hands out every call that matches, newest first, one after the other.
public final class ExportCalls {
  private final CallHistory history;
  private final Clock clock;

  public ExportCalls(CallHistory history, Clock clock) {
    this.history = history;
    this.clock = clock;
  }

  /// @param each may block, and may throw to end the export
  /// @return whether the command was one that can be carried out
  public Result<Boolean> run(Actor actor, CallQuery query, Consumer<CallView> each) {
    return Result.permitted(actor, Permission.CALLS_READ, () -> work(actor, query, each));
  }

  private Result<Boolean> work(Actor actor, CallQuery query, Consumer<CallView> each) {
    return Result.<CallFilter>checked(() -> Result.done(query.filter(clock)))
        .map(
            filter -> {
              history.export(actor.tenant(), filter, each);
              return true;
            });
  }
}
