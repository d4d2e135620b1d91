package dev.tollgate.application.notifications;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.NotificationId;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Notification.Channel;
import dev.tollgate.domain.notifications.Notification.Status;
import dev.tollgate.domain.notifications.Notifier;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.notifications.Webhooks.Webhook;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Sends a test message to a webhook at once.
public final class TestWebhook {
  private final Webhooks webhooks;
  private final Notifier notifier;
  private final Ids ids;
  private final Clock clock;

  public TestWebhook(Webhooks webhooks, Notifier notifier, Ids ids, Clock clock) {
    this.webhooks = webhooks;
    this.notifier = notifier;
    this.ids = ids;
    this.clock = clock;
  }

  /// @param error why the message was not taken, or null when it was
  public record Tested(@Nullable String error) {}

  public Result<Tested> run(Actor actor, WebhookId id) {
    return Result.found(webhooks.find(actor.tenant(), id), "webhook")
        .allowed(actor, Permission.NOTIFICATIONS_WRITE, _ -> Scope.of(actor.tenant()))
        .map(webhook -> new Tested(send(webhook)));
  }

  private @Nullable String send(Webhook webhook) {
    Instant now = clock.instant();
    Notification message =
        new Notification(
            new NotificationId(ids.next()),
            webhook.tenant(),
            "webhook.test",
            Channel.WEBHOOK,
            webhook.id().toString(),
            "Test",
            "Test",
            "{\"type\":\"webhook.test\",\"timestamp\":\"" + now + "\",\"data\":{}}",
            Status.PENDING,
            1,
            null,
            now,
            null);
    try {
      notifier.deliver(message);
      return null;
    } catch (Notifier.DeliveryFailed e) {
      return String.valueOf(e.getMessage());
    }
  }
}
