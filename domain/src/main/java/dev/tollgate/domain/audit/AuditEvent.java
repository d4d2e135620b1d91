package dev.tollgate.domain.audit;

import dev.tollgate.domain.ids.AuditEventId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One line of the audit log.
///
/// @param actor who did it, by the name of [dev.tollgate.domain.authority.Actor.Who]
/// @param action what was done, such as `key.create`
/// @param object the id of what it was done to, or null
/// @param before the object as JSON without secrets, or null when it was made or only read
/// @param after the object as JSON without secrets, or null when it was removed or only read
/// @param surface the way the request came by
/// @param request the id of the request
public record AuditEvent(
    AuditEventId id,
    Instant time,
    String actor,
    String action,
    @Nullable String object,
    @Nullable String before,
    @Nullable String after,
    String surface,
    String request) {}
