package dev.tollgate.application.tenancy;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.domain.tenancy.Retention;
import org.jspecify.annotations.Nullable;

/// Changes a project; what is null in the command stays as it is.
public final class UpdateProject {
  private final Projects projects;

  public UpdateProject(Projects projects) {
    this.projects = projects;
  }

  public record Command(
      ProjectId id,
      @Nullable String name,
      @Nullable Capture capture,
      @Nullable Retention retention) {}

  public Result<Project> run(Actor actor, Command command, Trail trail) {
    return Result.found(projects.find(actor.tenant(), command.id()), "project")
        .allowed(actor, Permission.PROJECTS_WRITE, Project::scope)
        .then(_ -> Result.checked(() -> update(actor, command, trail)));
  }

  private Result<Project> update(Actor actor, Command command, Trail trail) {
    return Result.found(
        projects.update(
            actor.tenant(),
            command.id(),
            project -> {
              Project changed =
                  project.renamed(
                      command.name() == null ? project.name() : command.name(),
                      command.capture() == null ? project.capture() : command.capture(),
                      command.retention() == null ? project.retention() : command.retention());
              trail.changed(project.id(), project, changed);
              return changed;
            }),
        "project");
  }
}
