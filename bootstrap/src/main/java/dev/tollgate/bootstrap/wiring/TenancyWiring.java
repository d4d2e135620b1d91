package dev.tollgate.bootstrap.wiring;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.tenancy.BusinessUnitMethods;
import dev.tollgate.admin.tenancy.ProjectMethods;
import dev.tollgate.application.tenancy.ArchiveProject;
import dev.tollgate.application.tenancy.CreateBusinessUnit;
import dev.tollgate.application.tenancy.CreateProject;
import dev.tollgate.application.tenancy.GetBusinessUnit;
import dev.tollgate.application.tenancy.GetProject;
import dev.tollgate.application.tenancy.ListBusinessUnits;
import dev.tollgate.application.tenancy.ListProjects;
import dev.tollgate.application.tenancy.UpdateBusinessUnit;
import dev.tollgate.application.tenancy.UpdateProject;

/// Projects and business units.
final class TenancyWiring {
  final CreateProject createProject;

  TenancyWiring(Stores stores, Tools tools, Operations operations) {
    createProject = new CreateProject(stores.projects, tools.ids(), tools.clock());
    new ProjectMethods(
            createProject,
            new GetProject(stores.projects),
            new ListProjects(stores.projects),
            new UpdateProject(stores.projects),
            new ArchiveProject(stores.projects))
        .bind(operations);
    new BusinessUnitMethods(
            new CreateBusinessUnit(stores.units, stores.projects, tools.ids(), tools.clock()),
            new GetBusinessUnit(stores.units),
            new ListBusinessUnits(stores.units),
            new UpdateBusinessUnit(stores.units))
        .bind(operations);
  }
}
