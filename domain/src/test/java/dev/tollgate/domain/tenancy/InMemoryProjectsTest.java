package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.TenantId;

class InMemoryProjectsTest extends ProjectsContract {
  private final InMemoryProjects projects = new InMemoryProjects();

  @Override
  protected Projects projects() {
    return projects;
  }

  @Override
  protected TenantId foundTenant() {
    return projects.found();
  }
}
