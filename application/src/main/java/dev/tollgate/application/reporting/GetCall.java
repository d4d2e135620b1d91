package dev.tollgate.application.reporting;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.reporting.CallHistory;
import dev.tollgate.domain.reporting.CallView;
import org.jspecify.annotations.Nullable;

/// Shows one call, with its content where that was captured and the actor may read it.
public final class GetCall {
  private final CallHistory history;

  public GetCall(CallHistory history) {
    this.history = history;
  }

  /// @param content null when it was not captured, or may not be read
  public record Shown(CallView call, @Nullable CapturedContent content) {}

  /// @param trail told when content is read
  public Result<Shown> run(Actor actor, CallId id, Trail trail) {
    return Result.found(history.find(actor.tenant(), id), "call")
        .allowed(actor, Permission.CALLS_READ, _ -> Scope.of(actor.tenant()))
        .map(
            call -> {
              CapturedContent content =
                  actor.may(Permission.CALLS_CONTENT, Scope.of(actor.tenant()))
                      ? history.content(actor.tenant(), id).orElse(null)
                      : null;
              if (content != null) {
                trail.read(id);
              }
              return new Shown(call, content);
            });
  }
}
