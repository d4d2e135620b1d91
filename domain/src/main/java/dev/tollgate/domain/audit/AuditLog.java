package dev.tollgate.domain.audit;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.rules.TimeSpans;
import dev.tollgate.domain.stores.Page;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Store of audit events, which are added and never changed. A part of the open unit of work, so
/// that an event is there exactly when its effect is. Throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface AuditLog {
  void add(TenantId tenant, AuditEvent event);

  /// At most `limit` events that match, older than the one named by the cursor, newest first.
  Page<AuditEvent> list(TenantId tenant, Filter filter, @Nullable UUID cursor, int limit);

  /// Which events a list shows; an absent part matches all.
  record Filter(
      @Nullable String object,
      @Nullable String action,
      @Nullable Instant from,
      @Nullable Instant to) {
    public Filter {
      TimeSpans.check(from, to);
    }

    /// For stores that hold events in memory.
    public boolean matches(AuditEvent event) {
      return (object == null || object.equals(event.object()))
          && (action == null || action.equals(event.action()))
          && (from == null || !event.time().isBefore(from))
          && (to == null || event.time().isBefore(to));
    }
  }
}
