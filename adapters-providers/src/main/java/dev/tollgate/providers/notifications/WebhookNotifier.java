package dev.tollgate.providers.notifications;

import dev.tollgate.dialects.upstream.Upstream.Request;
import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Notifier;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.notifications.Webhooks.Webhook;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.SealedCredential;
import dev.tollgate.domain.secrets.Secret;
import dev.tollgate.providers.transport.HttpUpstream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Posts to webhooks, signed as the Standard Webhooks specification says: `webhook-signature` is
/// the HMAC-SHA256 of id, time and body under the secret behind `whsec_`.
public final class WebhookNotifier implements Notifier {
  public static final String SECRET_PREFIX = "whsec_";

  private static final Timeouts TIMEOUTS =
      new Timeouts(
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofSeconds(15),
          Duration.ofSeconds(10),
          Duration.ofSeconds(25),
          Duration.ZERO);

  private final Webhooks webhooks;
  private final CredentialVault vault;
  private final Clock clock;

  public WebhookNotifier(Webhooks webhooks, CredentialVault vault, Clock clock) {
    this.webhooks = webhooks;
    this.vault = vault;
    this.clock = clock;
  }

  @Override
  public void deliver(Notification notification) {
    WebhookId id = WebhookId.parse(notification.receiver());
    Webhook webhook =
        webhooks
            .find(notification.tenant(), id)
            .orElseThrow(() -> new DeliveryFailed("the webhook was removed"));
    SealedCredential sealed =
        webhooks
            .secret(notification.tenant(), id)
            .orElseThrow(() -> new DeliveryFailed("the webhook was removed"));
    String timestamp = Long.toString(clock.instant().getEpochSecond());
    byte[] body = notification.json().getBytes(StandardCharsets.UTF_8);
    try (Secret secret = vault.open(webhook.asUpstream(), sealed)) {
      String signature =
          sign(secret.reveal(), notification.id().toString(), timestamp, notification.json());
      post(
          webhook,
          List.of(
              new HeaderField("content-type", "application/json"),
              new HeaderField("user-agent", "tollgate"),
              new HeaderField("webhook-id", notification.id().toString()),
              new HeaderField("webhook-timestamp", timestamp),
              new HeaderField("webhook-signature", signature)),
          body);
    }
  }

  private static void post(Webhook webhook, List<HeaderField> headers, byte[] body) {
    String path = webhook.url().getRawPath();
    String query = webhook.url().getRawQuery();
    HttpUpstream upstream =
        new HttpUpstream(webhook.asUpstream(), path == null || path.isEmpty() ? "/" : path);
    try (UpstreamResponse response =
        upstream.send(
            new Request("POST", query == null ? "" : "?" + query, headers, body, false, TIMEOUTS),
            _ -> {})) {
      if (response.status() / 100 != 2) {
        throw new DeliveryFailed("the receiver answered " + response.status());
      }
    } catch (UpstreamFailure e) {
      throw new DeliveryFailed(e.failure().message().replace("provider", "receiver"), e);
    } finally {
      upstream.close();
    }
  }

  /// The value of `webhook-signature`.
  static String sign(String secret, String id, String timestamp, String body) {
    byte[] key = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      byte[] signature =
          mac.doFinal((id + '.' + timestamp + '.' + body).getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is not available", e);
    }
  }
}
