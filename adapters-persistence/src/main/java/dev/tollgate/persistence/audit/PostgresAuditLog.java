package dev.tollgate.persistence.audit;

import static dev.tollgate.persistence.database.Rows.param;
import static dev.tollgate.persistence.database.Rows.paramOrNull;

import dev.tollgate.domain.audit.AuditEvent;
import dev.tollgate.domain.audit.AuditLog;
import dev.tollgate.domain.ids.AuditEventId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Pages;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The audit log in PostgreSQL, where the role of the running gateway can add to it and nothing
/// else.
public final class PostgresAuditLog implements AuditLog {
  private final Database database;

  public PostgresAuditLog(Database database) {
    this.database = database;
  }

  @Override
  public void add(TenantId tenant, AuditEvent event) {
    database.inTenant(
        tenant,
        tx ->
            tx.createInsert(
                    """
                    insert into tollgate.audit_event (tenant_id, id, at, actor, action, object,
                      before, after, surface, request_id)
                    values (?,?,?,?,?,?,cast(? as jsonb),cast(? as jsonb),?,?)
                    """)
                .addParam(tenant.value())
                .addParam(event.id().value())
                .addParam(param(event.time()))
                .addParam(event.actor())
                .addParam(event.action())
                .addParam(event.object())
                .addParam(event.before())
                .addParam(event.after())
                .addParam(event.surface())
                .addParam(event.request())
                .execute());
  }

  @Override
  public Page<AuditEvent> list(TenantId tenant, Filter filter, @Nullable UUID cursor, int limit) {
    List<AuditEvent> found =
        database.inTenant(
            tenant,
            tx ->
                Rows.all(
                    tx.createQuery(
                            """
                            select id, at, actor, action, object, before::text as before,
                              after::text as after, surface, request_id
                            from tollgate.audit_event where tenant_id = ? and id < ?
                              and (cast(? as text) is null or object = ?)
                              and action = coalesce(cast(? as text), action)
                              and at >= coalesce(cast(? as timestamptz), '-infinity')
                              and at < coalesce(cast(? as timestamptz), 'infinity')
                            order by id desc limit ?
                            """)
                        .addParam(tenant.value())
                        .addParam(Pages.before(cursor))
                        .addParam(filter.object())
                        .addParam(filter.object())
                        .addParam(filter.action())
                        .addParam(paramOrNull(filter.from()))
                        .addParam(paramOrNull(filter.to()))
                        .addParam(limit + 1)
                        .execute(),
                    PostgresAuditLog::event));
    return Pages.of(found, limit, event -> event.id().value());
  }

  private static AuditEvent event(DbRow row) {
    return new AuditEvent(
        new AuditEventId(Rows.uuid(row, "id")),
        Rows.time(row, "at"),
        Rows.text(row, "actor"),
        Rows.text(row, "action"),
        Rows.textOrNull(row, "object"),
        Rows.textOrNull(row, "before"),
        Rows.textOrNull(row, "after"),
        Rows.text(row, "surface"),
        Rows.text(row, "request_id"));
  }
}
