package dev.tollgate.domain.keys;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Store of virtual keys. Each method is one transaction, confined to the tenant by row-level
/// security, and throws [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer.
/// Thread-safe.
public interface VirtualKeys {
  /// Adds a key with its first secret. False when there is a key with that secret: then what was
  /// done so far is to be undone.
  boolean add(VirtualKey key, StoredSecret secret);

  Optional<VirtualKey> find(TenantId tenant, KeyId id);

  /// At most `limit` keys that match, made before the one named by the cursor, newest first.
  Page<VirtualKey> list(TenantId tenant, Filter filter, @Nullable UUID cursor, int limit);

  /// Changes a key under a lock on its row; empty when there is none. What the function throws
  /// leaves the key as it was.
  Optional<VirtualKey> update(TenantId tenant, KeyId id, UnaryOperator<VirtualKey> change);

  /// Adds a newer secret and ends the validity of all earlier ones at `overlapEnd`; one that ends
  /// sooner keeps its end. Empty when there is no such key.
  Optional<VirtualKey> rotate(
      TenantId tenant, StoredSecret secret, String hint, Instant overlapEnd);

  /// Which keys a list shows; an absent part matches all.
  record Filter(
      @Nullable ProjectId project,
      VirtualKey.@Nullable State state,
      @Nullable String tag,
      @Nullable String name) {
    public static final Filter ALL = new Filter(null, null, null, null);

    /// For stores that hold keys in memory.
    public boolean matches(VirtualKey key) {
      return (project == null || project.equals(key.project()))
          && (state == null || state == key.state())
          && (tag == null || key.tags().contains(tag))
          && (name == null || name.equals(key.name()));
    }
  }
}
