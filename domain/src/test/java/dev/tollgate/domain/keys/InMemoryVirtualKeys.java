package dev.tollgate.domain.keys;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.InMemoryProjects;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Virtual keys in memory, for tests.
public final class InMemoryVirtualKeys implements VirtualKeys {
  private final Map<KeyId, VirtualKey> keys = new HashMap<>();
  private final Map<SecretId, StoredSecret> secrets = new HashMap<>();

  @Override
  public synchronized boolean add(VirtualKey key, StoredSecret secret) {
    if (keys.containsKey(key.id())) {
      throw new IllegalStateException("there is a key " + key.id());
    }
    if (secrets.containsKey(secret.id())) {
      return false;
    }
    keys.put(key.id(), key);
    secrets.put(secret.id(), secret);
    return true;
  }

  @Override
  public synchronized Optional<VirtualKey> find(TenantId tenant, KeyId id) {
    return Optional.ofNullable(keys.get(id)).filter(key -> key.tenant().equals(tenant));
  }

  @Override
  public synchronized Page<VirtualKey> list(
      TenantId tenant, Filter filter, @Nullable UUID cursor, int limit) {
    return InMemoryProjects.page(
        keys.values().stream()
            .filter(key -> key.tenant().equals(tenant) && filter.matches(key))
            .toList(),
        key -> key.id().value(),
        cursor,
        limit);
  }

  @Override
  public synchronized Optional<VirtualKey> update(
      TenantId tenant, KeyId id, UnaryOperator<VirtualKey> change) {
    Optional<VirtualKey> changed = find(tenant, id).map(change);
    changed.ifPresent(key -> keys.put(id, key));
    return changed;
  }

  @Override
  public synchronized Optional<VirtualKey> rotate(
      TenantId tenant, StoredSecret secret, String hint, Instant overlapEnd) {
    Optional<VirtualKey> rotated = update(tenant, secret.key(), key -> key.hinted(hint));
    if (rotated.isPresent()) {
      secrets.replaceAll(
          (_, stored) -> stored.key().equals(secret.key()) ? ending(stored, overlapEnd) : stored);
      secrets.put(secret.id(), secret);
    }
    return rotated;
  }

  /// A stored secret, by its name.
  public synchronized Optional<StoredSecret> secret(SecretId id) {
    return Optional.ofNullable(secrets.get(id));
  }

  private static StoredSecret ending(StoredSecret secret, Instant end) {
    Instant until = secret.validUntil();
    return new StoredSecret(
        secret.id(),
        secret.key(),
        secret.hmac(),
        secret.pepperVersion(),
        until == null || end.isBefore(until) ? end : until);
  }
}
