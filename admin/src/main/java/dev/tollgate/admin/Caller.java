package dev.tollgate.admin;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.ids.CallId;
import org.jspecify.annotations.Nullable;

/// Who calls, as a surface was told.
///
/// @param authorization the header or the metadata of that name
/// @param tenant the tenant that is named, or null for the home tenant
public record Caller(
    @Nullable String authorization,
    @Nullable String tenant,
    Actor.Surface surface,
    CallId request) {
  /// No secret is printed.
  @Override
  public String toString() {
    return "Caller[" + surface + " " + request + "]";
  }
}
