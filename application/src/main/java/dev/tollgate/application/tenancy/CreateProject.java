package dev.tollgate.application.tenancy;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.domain.tenancy.Retention;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// Creates a project in a business unit, the root when none is named.
public final class CreateProject {
  private final Projects projects;
  private final Ids ids;
  private final Clock clock;

  public CreateProject(Projects projects, Ids ids, Clock clock) {
    this.projects = projects;
    this.ids = ids;
    this.clock = clock;
  }

  public record Command(
      String name, @Nullable BusinessUnitId businessUnit, Capture capture, Retention retention) {}

  public Result<Project> run(Actor actor, Command command, Trail trail) {
    BusinessUnitId named = command.businessUnit();
    if (named != null && !projects.hasBusinessUnit(actor.tenant(), named)) {
      return new Result.Invalid<>("business_unit", "There is no such business unit");
    }
    return Result.checked(
        () -> {
          Project project =
              new Project(
                  new ProjectId(ids.next()),
                  actor.tenant(),
                  named == null ? projects.rootOf(actor.tenant()) : named,
                  command.name(),
                  command.capture(),
                  command.retention(),
                  false,
                  clock.instant());
          return Result.done(project)
              .allowed(actor, Permission.PROJECTS_WRITE, Project::scope)
              .map(
                  allowed -> {
                    projects.add(allowed);
                    trail.made(allowed.id(), allowed);
                    return allowed;
                  });
        });
  }
}
