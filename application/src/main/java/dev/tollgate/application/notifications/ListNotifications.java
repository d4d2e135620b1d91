package dev.tollgate.application.notifications;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Outbox;
import dev.tollgate.domain.stores.Page;

/// Lists what was sent to whom, newest first.
public final class ListNotifications {
  private final Outbox outbox;

  public ListNotifications(Outbox outbox) {
    this.outbox = outbox;
  }

  public Result<Page<Notification>> run(Actor actor, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.NOTIFICATIONS_READ,
        () -> Result.done(outbox.list(actor.tenant(), ask.cursor(), ask.limit())));
  }
}
