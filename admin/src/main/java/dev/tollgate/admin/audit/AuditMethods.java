package dev.tollgate.admin.audit;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.application.audit.ListAuditEvents;
import dev.tollgate.domain.audit.AuditEvent;
import dev.tollgate.domain.audit.AuditLog;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.v1.AuditServiceGrpc;
import dev.tollgate.proto.v1.ListAuditEventsRequest;
import dev.tollgate.proto.v1.ListAuditEventsResponse;

/// `AuditService`.
public final class AuditMethods {
  private final ListAuditEvents listAuditEvents;

  public AuditMethods(ListAuditEvents listAuditEvents) {
    this.listAuditEvents = listAuditEvents;
  }

  public void bind(Operations operations) {
    operations.read(AuditServiceGrpc.getListAuditEventsMethod(), this::list);
  }

  private Result<ListAuditEventsResponse> list(Actor actor, ListAuditEventsRequest request) {
    AuditLog.Filter filter =
        new AuditLog.Filter(
            request.hasObject() ? request.getObject() : null,
            request.hasAction() ? request.getAction() : null,
            Wire.instantOrNull(request.hasFrom(), request.getFrom()),
            Wire.instantOrNull(request.hasTo(), request.getTo()));
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listAuditEvents
        .run(actor, filter, ask)
        .map(
            page -> {
              ListAuditEventsResponse.Builder answer = ListAuditEventsResponse.newBuilder();
              page.items().forEach(each -> answer.addData(event(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private static dev.tollgate.proto.v1.AuditEvent event(AuditEvent event) {
    dev.tollgate.proto.v1.AuditEvent.Builder wire =
        dev.tollgate.proto.v1.AuditEvent.newBuilder()
            .setId(event.id().toString())
            .setTime(Wire.time(event.time()))
            .setActor(event.actor())
            .setAction(event.action())
            .setSurface(event.surface())
            .setRequestId(event.request());
    Wire.set(event.object(), wire::setObject);
    Wire.set(event.before(), before -> wire.setBefore(Wire.json(before)));
    Wire.set(event.after(), after -> wire.setAfter(Wire.json(after)));
    return wire.build();
  }
}
