package dev.tollgate.application.notifications;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.notifications.Webhooks.Webhook;

/// Removes a webhook.
public final class RemoveWebhook {
  private final Webhooks webhooks;

  public RemoveWebhook(Webhooks webhooks) {
    this.webhooks = webhooks;
  }

  public Result<Webhook> run(Actor actor, WebhookId id, Trail trail) {
    return Result.found(webhooks.find(actor.tenant(), id), "webhook")
        .allowed(actor, Permission.NOTIFICATIONS_WRITE, _ -> Scope.of(actor.tenant()))
        .then(
            webhook -> {
              if (!webhooks.remove(actor.tenant(), id)) {
                return new Result.Missing<>("webhook");
              }
              trail.removed(id, webhook);
              return Result.done(webhook);
            });
  }
}
