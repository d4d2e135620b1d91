package dev.tollgate.application.tenancy;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;

/// Shows one project.
public final class GetProject {
  private final Projects projects;

  public GetProject(Projects projects) {
    this.projects = projects;
  }

  public Result<Project> run(Actor actor, ProjectId id) {
    return Result.found(projects.find(actor.tenant(), id), "project")
        .allowed(actor, Permission.PROJECTS_READ, Project::scope);
  }
}
