package dev.tollgate.domain.notifications;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Messages that wait to be delivered, and those that were. Each method is one transaction and
/// throws [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Outbox {
  /// Makes messages of the thresholds that were reached since, one for each receiver of the budget
  /// and each webhook of the tenant. Each threshold is taken once, by one node.
  ///
  /// @return how many were made
  int takeAlerts();

  /// Messages whose time has come; no other node gets them within the lease.
  List<Notification> claim(int most, Duration lease);

  void delivered(Notification notification);

  /// @param pause until the next attempt, or null to give it up
  void failed(Notification notification, String error, @Nullable Duration pause);

  /// At most `limit` messages made before the one named by the cursor, newest first.
  Page<Notification> list(TenantId tenant, @Nullable UUID cursor, int limit);
}
