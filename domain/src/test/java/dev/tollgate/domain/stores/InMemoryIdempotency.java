package dev.tollgate.domain.stores;

import dev.tollgate.domain.ids.TenantId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/// Idempotency records in memory, for tests. Nothing in it grows old.
public final class InMemoryIdempotency implements IdempotencyRecords {
  private final InMemoryWork work;
  private final Map<Name, Entry> entries = new HashMap<>();
  private final Set<Name> claimed = new HashSet<>();

  private record Name(TenantId tenant, String key) {}

  private record Entry(byte[] request, Kept answer) {}

  public InMemoryIdempotency(InMemoryWork work) {
    this.work = work;
  }

  @Override
  public synchronized Claim claim(TenantId tenant, String key, List<byte[]> request) {
    Name name = new Name(tenant, key);
    if (!claimed.add(name)) {
      return new Claim.InProgress();
    }
    work.atTheEnd(() -> free(name));
    Entry entry = entries.get(name);
    if (entry == null) {
      return new Claim.First();
    }
    return request.stream().anyMatch(each -> Arrays.equals(each, entry.request()))
        ? new Claim.Done(entry.answer())
        : new Claim.OtherRequest();
  }

  private synchronized void free(Name name) {
    claimed.remove(name);
  }

  @Override
  public synchronized void keep(TenantId tenant, String key, byte[] request, Kept answer) {
    Name name = new Name(tenant, key);
    AtomicBoolean[] undone = new AtomicBoolean[1];
    undone[0] =
        work.atTheEnd(
            () -> {
              if (undone[0].get()) {
                forget(name);
              }
            });
    entries.put(name, new Entry(request.clone(), answer));
  }

  private synchronized void forget(Name name) {
    entries.remove(name);
  }
}
