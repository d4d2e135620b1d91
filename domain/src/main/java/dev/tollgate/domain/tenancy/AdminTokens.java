package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.StoreUnavailable;
import org.jspecify.annotations.Nullable;

/// Tokens that manage a gateway until people can sign in. Thread-safe.
public interface AdminTokens {
  /// The tenant a token manages, or null when it is not a valid one.
  ///
  /// @throws StoreUnavailable when the store cannot answer
  @Nullable TenantId verify(String token);
}
