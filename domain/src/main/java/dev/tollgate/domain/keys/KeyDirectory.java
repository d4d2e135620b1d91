package dev.tollgate.domain.keys;

import org.jspecify.annotations.Nullable;

/// Look-up of keys on the request path, across tenants, from a cache fed by the store. A change
/// made on any node is seen here within five seconds. Thread-safe.
public interface KeyDirectory {
  /// The key that a secret's name belongs to, or null when there is none.
  ///
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when it is not cached and the store cannot
  ///   answer: the key may well exist, so the caller must not be told that it does not
  @Nullable KnownKey find(SecretId id);

  /// What [#find] answers from memory, or null when it would have to ask the store.
  @Nullable KnownKey cached(SecretId id);

  /// Whether any tenant has a key that was imported: only then is a foreign secret looked up.
  ///
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when it is not known and the store cannot
  ///   answer
  boolean hasImported();

  /// Notes that a key was used now. Cheap; written to the store in batches, to the minute.
  void touch(VirtualKey key);
}
