package dev.tollgate.application.notifications;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.NotificationId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Notification.Channel;
import dev.tollgate.domain.notifications.Notification.Status;
import dev.tollgate.domain.notifications.Notifier;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.notifications.Webhooks.Webhook;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.Secret;
import java.net.URI;
import java.time.Clock;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Adds a webhook with a secret of its own, and tries one out.
public final class AddWebhook {
  private static final int SECRET_BYTES = 32;

  private final Webhooks webhooks;
  private final CredentialVault vault;
  private final Notifier notifier;
  private final Ids ids;
  private final RandomGenerator secureRandom;
  private final Clock clock;

  public AddWebhook(
      Webhooks webhooks,
      CredentialVault vault,
      Notifier notifier,
      Ids ids,
      RandomGenerator secureRandom,
      Clock clock) {
    this.webhooks = webhooks;
    this.vault = vault;
    this.notifier = notifier;
    this.ids = ids;
    this.secureRandom = secureRandom;
    this.clock = clock;
  }

  /// The webhook, and its secret to show once.
  public record Added(Webhook webhook, Secret secret) {}

  /// @throws IllegalArgumentException when the URL is not one that may be told
  public Added add(TenantId tenant, URI url, boolean allowPrivateNetwork) {
    Webhook webhook =
        new Webhook(new WebhookId(ids.next()), tenant, url, allowPrivateNetwork, clock.instant());
    byte[] bytes = new byte[SECRET_BYTES];
    secureRandom.nextBytes(bytes);
    Secret secret = Secret.of("whsec_" + Base64.getEncoder().encodeToString(bytes));
    webhooks.add(webhook, vault.seal(webhook.asUpstream(), secret));
    return new Added(webhook, secret);
  }

  /// Sends a test message at once.
  ///
  /// @return why it was not taken, or null when it was
  public @Nullable String test(Webhook webhook) {
    String now = clock.instant().toString();
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
            clock.instant(),
            null);
    try {
      notifier.deliver(message);
      return null;
    } catch (Notifier.DeliveryFailed e) {
      return String.valueOf(e.getMessage());
    }
  }
}
