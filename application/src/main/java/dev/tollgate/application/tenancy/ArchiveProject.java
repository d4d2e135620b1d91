package dev.tollgate.application.tenancy;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;

/// Archives a project: it gets no new keys. A repeat changes nothing.
public final class ArchiveProject {
  private final Projects projects;

  public ArchiveProject(Projects projects) {
    this.projects = projects;
  }

  public Result<Project> run(Actor actor, ProjectId id, Trail trail) {
    return Result.found(projects.find(actor.tenant(), id), "project")
        .allowed(actor, Permission.PROJECTS_WRITE, Project::scope)
        .then(
            _ ->
                Result.found(
                    projects.update(
                        actor.tenant(),
                        id,
                        project -> {
                          trail.changed(id, project, project.archive());
                          return project.archive();
                        }),
                    "project"));
  }
}
