package dev.tollgate.domain.stores;

import dev.tollgate.domain.ids.TenantId;
import java.util.List;

/// Remembers for 24 hours what a request with an idempotency key was answered. Both methods are
/// parts of the unit of work that carries the request out, so that its effect and its record come
/// together. Thread-safe.
public interface IdempotencyRecords {
  /// Claims a key for a request until the unit of work ends. Never waits for a twin.
  ///
  /// @param request hashes that the same request may have been kept under, the newest form first
  Claim claim(TenantId tenant, String key, List<byte[]> request);

  /// Keeps the answer of the request that holds the claim.
  ///
  /// @param request the hash in its newest form
  void keep(TenantId tenant, String key, byte[] request, Kept answer);

  /// An answer as it is kept.
  ///
  /// @param json whether the body is JSON, as nodes before the contract kept it
  record Kept(int status, byte[] body, boolean json) {}

  /// What a claim found.
  sealed interface Claim {
    /// The first of its kind: go on.
    record First() implements Claim {}

    /// Answered before.
    record Done(Kept answer) implements Claim {}

    /// Still being worked on.
    record InProgress() implements Claim {}

    /// The key was used for another request.
    record OtherRequest() implements Claim {}
  }
}
