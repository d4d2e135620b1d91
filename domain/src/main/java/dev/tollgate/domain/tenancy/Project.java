package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.rules.Names;
import java.time.Instant;

/// A project: owns virtual keys, belongs to one business unit.
///
/// @param capture what is kept of its calls; a key may narrow or widen it
/// @param retention how long its calls are kept
public record Project(
    ProjectId id,
    TenantId tenant,
    BusinessUnitId businessUnit,
    String name,
    Capture capture,
    Retention retention,
    boolean archived,
    Instant createdAt) {
  public Project {
    Names.check(name);
  }

  public Project renamed(String newName, Capture newCapture, Retention newRetention) {
    return new Project(
        id, tenant, businessUnit, newName, newCapture, newRetention, archived, createdAt);
  }

  public Project archive() {
    return new Project(id, tenant, businessUnit, name, capture, retention, true, createdAt);
  }

  public Scope scope() {
    return new Scope(tenant, businessUnit, id);
  }
}
