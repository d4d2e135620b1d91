package dev.tollgate.domain.inference;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.Retention;

/// Request and response of a call whose capture policy is `full`.
///
/// @param truncated whether the response was longer than is kept
public record CapturedContent(
    CallId call,
    TenantId tenant,
    Retention retention,
    byte[] request,
    byte[] response,
    boolean truncated) {
  /// The most that is kept of a response.
  public static final int LONGEST = 1 << 20;
}
