package dev.tollgate.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a caller asks for beside the request itself.
///
/// @param idempotencyKey or null for none
/// @param olderHashes under which a node of the version before may have kept the same request
/// @param dryRun `true` or `false` as it was sent, or null
/// @param patience how long a job is waited for, an ISO 8601 duration as it was sent, or null
public record Asked(
    @Nullable String idempotencyKey,
    List<byte[]> olderHashes,
    @Nullable String dryRun,
    @Nullable String patience) {
  public Asked {
    olderHashes = List.copyOf(olderHashes);
  }
}
