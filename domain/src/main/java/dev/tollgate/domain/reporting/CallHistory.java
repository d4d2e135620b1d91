package dev.tollgate.domain.reporting;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.stores.Page;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads committed calls. Throws [dev.tollgate.domain.stores.StoreUnavailable] when the store
/// cannot answer. Thread-safe.
public interface CallHistory {
  /// At most `limit` calls that match, made before the one named by the cursor, newest first.
  Page<CallView> list(TenantId tenant, CallFilter filter, @Nullable UUID cursor, int limit);

  Optional<CallView> find(TenantId tenant, CallId id);

  /// What was captured of a call, or empty.
  Optional<CapturedContent> content(TenantId tenant, CallId id);

  /// Hands every call that matches to the consumer, newest first, in short transactions.
  void export(TenantId tenant, CallFilter filter, Consumer<CallView> each);
}
