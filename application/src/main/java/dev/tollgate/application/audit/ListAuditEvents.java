package dev.tollgate.application.audit;

import dev.tollgate.domain.audit.AuditEvent;
import dev.tollgate.domain.audit.AuditLog;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.stores.Page;

/// Lists audit events that match, newest first.
public final class ListAuditEvents {
  private final AuditLog log;

  public ListAuditEvents(AuditLog log) {
    this.log = log;
  }

  public Result<Page<AuditEvent>> run(Actor actor, AuditLog.Filter filter, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.AUDIT_READ,
        () -> Result.done(log.list(actor.tenant(), filter, ask.cursor(), ask.limit())));
  }
}
