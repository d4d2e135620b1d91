package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.TenantId;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Idempotency records in memory, for tests. Nothing in it grows old.
public final class InMemoryIdempotency implements IdempotencyRecords {
  private final Map<Name, Entry> entries = new HashMap<>();

  private record Name(TenantId tenant, String key) {}

  private record Entry(byte[] request, Claim answer) {}

  @Override
  public synchronized Claim claim(TenantId tenant, String key, byte[] request) {
    Entry entry = entries.get(new Name(tenant, key));
    if (entry == null) {
      entries.put(new Name(tenant, key), new Entry(request.clone(), new Claim.InProgress()));
      return new Claim.First();
    }
    return Arrays.equals(entry.request(), request) ? entry.answer() : new Claim.OtherRequest();
  }

  @Override
  public synchronized void complete(TenantId tenant, String key, int status, byte[] body) {
    entries.computeIfPresent(
        new Name(tenant, key),
        (_, entry) -> new Entry(entry.request(), new Claim.Done(status, body.clone())));
  }

  @Override
  public synchronized void release(TenantId tenant, String key) {
    entries.computeIfPresent(
        new Name(tenant, key), (_, entry) -> entry.answer() instanceof Claim.Done ? entry : null);
  }
}
