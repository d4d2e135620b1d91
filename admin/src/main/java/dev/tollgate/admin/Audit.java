package dev.tollgate.admin;

import dev.tollgate.domain.audit.AuditEvent;
import dev.tollgate.domain.audit.AuditLog;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.ids.AuditEventId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.proto.JsonWriter;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// Stores what a use case left for the audit log, in the unit of work that is open.
public final class Audit {
  private final AuditLog log;
  private final Operations operations;
  private final Ids ids;
  private final Clock clock;

  public Audit(AuditLog log, Operations operations, Ids ids, Clock clock) {
    this.log = log;
    this.operations = operations;
    this.ids = ids;
    this.clock = clock;
  }

  void add(Actor actor, String action, Trail trail) {
    Object object = trail.object();
    log.add(
        actor.tenant(),
        new AuditEvent(
            new AuditEventId(ids.next()),
            clock.instant(),
            actor.who().name(),
            action,
            object == null ? null : object.toString(),
            shown(trail.before()),
            shown(trail.after()),
            actor.surface().wire(),
            actor.request().toString()));
  }

  private @Nullable String shown(@Nullable Object object) {
    return object == null ? null : JsonWriter.text(Secrets.cleared(operations.show(object)));
  }
}
