package dev.tollgate.domain.authority;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import org.jspecify.annotations.Nullable;

/// Where an object belongs: what a right to it is held against.
///
/// @param businessUnit null for what belongs to the tenant as a whole
/// @param project null for what belongs to no project
public record Scope(
    TenantId tenant, @Nullable BusinessUnitId businessUnit, @Nullable ProjectId project) {
  public static Scope of(TenantId tenant) {
    return new Scope(tenant, null, null);
  }
}
