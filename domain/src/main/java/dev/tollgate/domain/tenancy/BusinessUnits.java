package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.TenantId;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Store of the tree. Each method is one transaction and throws [StoreUnavailable] when the store
/// cannot answer. Thread-safe.
public interface BusinessUnits {
  /// @return false when its parent does not exist
  boolean add(BusinessUnit unit);

  Optional<BusinessUnit> find(TenantId tenant, BusinessUnitId id);

  /// At most `limit` units made before the one named by the cursor, newest first.
  Page<BusinessUnit> list(TenantId tenant, @Nullable UUID cursor, int limit);

  /// Renames or moves the unit with the same id.
  ///
  /// @return false when its new parent does not exist or lies below it, or when it is the root and
  ///   would get one
  boolean update(BusinessUnit unit);
}
