package dev.tollgate.application.notifications;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.notifications.Webhooks.Webhook;
import dev.tollgate.domain.stores.Page;

/// Lists webhooks, newest first.
public final class ListWebhooks {
  private final Webhooks webhooks;

  public ListWebhooks(Webhooks webhooks) {
    this.webhooks = webhooks;
  }

  public Result<Page<Webhook>> run(Actor actor, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.NOTIFICATIONS_READ,
        () ->
            Result.done(
                Page.of(
                    webhooks.all(actor.tenant()),
                    webhook -> webhook.id().value(),
                    ask.cursor(),
                    ask.limit())));
  }
}
