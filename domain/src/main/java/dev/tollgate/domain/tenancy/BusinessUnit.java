package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.rules.Names;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A node of the tree inside a tenant.
///
/// @param parent null for the root, of which every tenant has exactly one
public record BusinessUnit(
    BusinessUnitId id,
    TenantId tenant,
    @Nullable BusinessUnitId parent,
    String name,
    Instant createdAt) {
  public BusinessUnit {
    Names.check(name);
  }

  public Scope scope() {
    return new Scope(tenant, id, null);
  }
}
