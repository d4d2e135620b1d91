package dev.tollgate.domain.keys;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.InMemoryProjects;
import dev.tollgate.domain.tenancy.Projects;
import java.util.Optional;

class InMemoryVirtualKeysTest extends VirtualKeysContract {
  private final InMemoryVirtualKeys keys = new InMemoryVirtualKeys();
  private final InMemoryProjects projects = new InMemoryProjects();

  @Override
  protected VirtualKeys keys() {
    return keys;
  }

  @Override
  protected Projects projects() {
    return projects;
  }

  @Override
  protected TenantId foundTenant() {
    return projects.found();
  }

  @Override
  protected Optional<StoredSecret> secret(SecretId id) {
    return keys.secret(id);
  }
}
