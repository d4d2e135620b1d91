package dev.tollgate.persistence.tenancy;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.domain.tenancy.ProjectsContract;
import dev.tollgate.persistence.database.TestingDatabase;

class PostgresProjectsTest extends ProjectsContract {
  private final Projects projects = new PostgresProjects(TestingDatabase.shared().database());

  @Override
  protected Projects projects() {
    return projects;
  }

  @Override
  protected TenantId foundTenant() {
    return TestingDatabase.shared().foundTenant();
  }
}
