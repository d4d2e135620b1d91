package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.TenantId;

/// Remembers for 24 hours what a request with an idempotency key was answered. Thread-safe.
public interface IdempotencyRecords {
  /// Claims a key for a request.
  ///
  /// @param request a hash of method, path and body
  Claim claim(TenantId tenant, String key, byte[] request);

  /// Keeps the answer of a claimed request.
  void complete(TenantId tenant, String key, int status, byte[] body);

  /// Gives a claim up, so that the request can be tried again.
  void release(TenantId tenant, String key);

  /// What a claim found.
  sealed interface Claim {
    /// The first of its kind: go on.
    record First() implements Claim {}

    /// Answered before.
    record Done(int status, byte[] body) implements Claim {}

    /// Still being worked on.
    record InProgress() implements Claim {}

    /// The key was used for another request.
    record OtherRequest() implements Claim {}
  }
}
