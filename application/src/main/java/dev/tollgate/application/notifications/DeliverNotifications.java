package dev.tollgate.application.notifications;

import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Notification.Channel;
import dev.tollgate.domain.notifications.Notifier;
import dev.tollgate.domain.notifications.Notifier.DeliveryFailed;
import dev.tollgate.domain.notifications.Outbox;
import java.time.Duration;
import java.util.Map;

/// Sends what waits in the outbox. May run on every node at once: each message is claimed by one.
public final class DeliverNotifications implements Runnable {
  private static final int AT_ONCE = 16;

  /// Longer than any delivery takes; a node that dies in the middle leaves it to another.
  private static final Duration LEASE = Duration.ofMinutes(2);

  private final Outbox outbox;
  private final Map<Channel, Notifier> notifiers;

  public DeliverNotifications(Outbox outbox, Map<Channel, Notifier> notifiers) {
    this.outbox = outbox;
    this.notifiers = Map.copyOf(notifiers);
  }

  @Override
  public void run() {
    while (outbox.takeAlerts() > 0) {
      // Until all are taken.
    }
    for (Notification each : outbox.claim(AT_ONCE, LEASE)) {
      deliver(each);
    }
  }

  private void deliver(Notification notification) {
    Notifier notifier = notifiers.get(notification.channel());
    try {
      if (notifier == null) {
        throw new DeliveryFailed(
            "nothing is configured that sends by " + notification.channel().wire());
      }
      notifier.deliver(notification);
      outbox.delivered(notification);
    } catch (DeliveryFailed e) {
      String reason = String.valueOf(e.getMessage());
      outbox.failed(notification, reason, Notification.pauseAfter(notification.attempts()));
    }
  }
}
