package dev.tollgate.application.jobs;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.jobs.Job;
import dev.tollgate.domain.jobs.Jobs;
import dev.tollgate.domain.stores.Page;
import org.jspecify.annotations.Nullable;

/// Lists operations, newest first.
public final class ListJobs {
  private final Jobs jobs;

  public ListJobs(Jobs jobs) {
    this.jobs = jobs;
  }

  /// @param state only those in this state, or null
  public Result<Page<Job>> run(Actor actor, Job.@Nullable State state, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.OPERATIONS_READ,
        () -> Result.done(jobs.list(actor.tenant(), state, ask.cursor(), ask.limit())));
  }
}
