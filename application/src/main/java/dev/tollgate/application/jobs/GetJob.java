package dev.tollgate.application.jobs;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.OperationId;
import dev.tollgate.domain.jobs.Job;
import dev.tollgate.domain.jobs.Jobs;

/// Shows one operation.
public final class GetJob {
  private final Jobs jobs;

  public GetJob(Jobs jobs) {
    this.jobs = jobs;
  }

  public Result<Job> run(Actor actor, OperationId id) {
    return Result.found(jobs.find(actor.tenant(), id), "operation")
        .allowed(actor, Permission.OPERATIONS_READ, _ -> Scope.of(actor.tenant()));
  }
}
