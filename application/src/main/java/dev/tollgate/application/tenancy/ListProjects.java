package dev.tollgate.application.tenancy;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;

/// Lists projects, newest first.
public final class ListProjects {
  private final Projects projects;

  public ListProjects(Projects projects) {
    this.projects = projects;
  }

  public Result<Page<Project>> run(Actor actor, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.PROJECTS_READ,
        () -> Result.done(projects.list(actor.tenant(), ask.cursor(), ask.limit())));
  }
}
