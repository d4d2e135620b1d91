package dev.tollgate.application.tenancy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.domain.tenancy.Retention;
import java.time.Clock;
import java.util.Optional;
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

  /// @return empty when the business unit does not exist
  /// @throws IllegalArgumentException when the name breaks the rule for names
  public Optional<Project> create(
      TenantId tenant,
      String name,
      @Nullable BusinessUnitId businessUnit,
      Capture capture,
      Retention retention) {
    if (businessUnit != null && !projects.hasBusinessUnit(tenant, businessUnit)) {
      return Optional.empty();
    }
    Project project =
        new Project(
            new ProjectId(ids.next()),
            tenant,
            businessUnit == null ? projects.rootOf(tenant) : businessUnit,
            name,
            capture,
            retention,
            false,
            clock.instant());
    projects.add(project);
    return Optional.of(project);
  }
}
