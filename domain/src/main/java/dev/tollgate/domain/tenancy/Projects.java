package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Store of projects. Each method is one transaction and throws [StoreUnavailable] when the store
/// cannot answer. Thread-safe.
public interface Projects {
  void add(Project project);

  Optional<Project> find(TenantId tenant, ProjectId id);

  /// At most `limit` projects made before the one named by the cursor, newest first.
  Page<Project> list(TenantId tenant, @Nullable UUID cursor, int limit);

  /// Replaces the project with the same id.
  void update(Project project);

  /// The root of the tenant's tree of business units.
  BusinessUnitId rootOf(TenantId tenant);

  boolean hasBusinessUnit(TenantId tenant, BusinessUnitId id);
}
