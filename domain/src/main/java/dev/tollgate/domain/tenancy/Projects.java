package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Store of projects. Each method is one transaction, or a part of the open unit of work, and
/// throws [StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Projects {
  void add(Project project);

  Optional<Project> find(TenantId tenant, ProjectId id);

  /// At most `limit` projects made before the one named by the cursor, newest first.
  Page<Project> list(TenantId tenant, @Nullable UUID cursor, int limit);

  /// Changes a project under a lock on its row; empty when there is none. What the function throws
  /// leaves the project as it was.
  Optional<Project> update(TenantId tenant, ProjectId id, UnaryOperator<Project> change);

  /// The root of the tenant's tree of business units.
  BusinessUnitId rootOf(TenantId tenant);

  boolean hasBusinessUnit(TenantId tenant, BusinessUnitId id);
}
