package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Store of the tree. Each method is one transaction, or a part of the open unit of work, and
/// throws [StoreUnavailable] when the store cannot answer. Thread-safe.
public interface BusinessUnits {
  /// @return false when its parent does not exist
  boolean add(BusinessUnit unit);

  Optional<BusinessUnit> find(TenantId tenant, BusinessUnitId id);

  /// At most `limit` units made before the one named by the cursor, newest first.
  Page<BusinessUnit> list(TenantId tenant, @Nullable UUID cursor, int limit);

  /// Renames or moves a unit under a lock on its row. What the function throws leaves the unit as
  /// it was.
  Update update(TenantId tenant, BusinessUnitId id, UnaryOperator<BusinessUnit> change);

  /// The outcome of an update.
  sealed interface Update {
    record Changed(BusinessUnit unit) implements Update {}

    record Missing() implements Update {}

    /// Its new parent does not exist or lies below it, or it is the root and would get one.
    record BadParent() implements Update {}
  }
}
