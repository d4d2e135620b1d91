package dev.tollgate.bootstrap.wiring;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.notifications.NotificationMethods;
import dev.tollgate.application.notifications.AddWebhook;
import dev.tollgate.application.notifications.DeliverNotifications;
import dev.tollgate.application.notifications.ListNotifications;
import dev.tollgate.application.notifications.ListWebhooks;
import dev.tollgate.application.notifications.RemoveWebhook;
import dev.tollgate.application.notifications.TestWebhook;
import dev.tollgate.domain.notifications.Notification.Channel;
import dev.tollgate.domain.notifications.Notifier;
import dev.tollgate.providers.notifications.WebhookNotifier;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Messages and webhooks.
final class NotificationsWiring {
  private final Stores stores;
  private final WebhookNotifier notifier;

  NotificationsWiring(Stores stores, Tools tools, Operations operations) {
    this.stores = stores;
    notifier = new WebhookNotifier(stores.webhooks, tools.vault(), tools.clock());
    new NotificationMethods(
            new ListNotifications(stores.outbox),
            new AddWebhook(
                stores.webhooks, tools.vault(), tools.ids(), tools.random(), tools.clock()),
            new ListWebhooks(stores.webhooks),
            new RemoveWebhook(stores.webhooks),
            new TestWebhook(stores.webhooks, notifier, tools.ids(), tools.clock()))
        .bind(operations);
  }

  /// Sends what waits in the outbox.
  ///
  /// @param mail how mail is sent, or null when it is not
  Runnable delivery(@Nullable Notifier mail) {
    Map<Channel, Notifier> notifiers =
        mail == null
            ? Map.of(Channel.WEBHOOK, notifier)
            : Map.of(Channel.WEBHOOK, notifier, Channel.EMAIL, mail);
    return new DeliverNotifications(stores.outbox, notifiers);
  }
}
