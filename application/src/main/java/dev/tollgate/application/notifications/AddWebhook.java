package dev.tollgate.application.notifications;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.notifications.Webhooks.Webhook;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.Secret;
import java.net.URI;
import java.time.Clock;
import java.util.Base64;
import java.util.random.RandomGenerator;

/// Adds a webhook with a secret of its own.
public final class AddWebhook {
  private static final int SECRET_BYTES = 32;

  private final Webhooks webhooks;
  private final CredentialVault vault;
  private final Ids ids;
  private final RandomGenerator secureRandom;
  private final Clock clock;

  public AddWebhook(
      Webhooks webhooks,
      CredentialVault vault,
      Ids ids,
      RandomGenerator secureRandom,
      Clock clock) {
    this.webhooks = webhooks;
    this.vault = vault;
    this.ids = ids;
    this.secureRandom = secureRandom;
    this.clock = clock;
  }

  /// The webhook, and its secret to show once.
  public record Added(Webhook webhook, Secret secret) {}

  /// What to add.
  ///
  /// @param allowPrivateNetwork whether the URL may lead to a private or loopback address
  public record Command(URI url, boolean allowPrivateNetwork) {}

  public Result<Added> run(Actor actor, Command command, Trail trail) {
    return Result.permitted(
        actor,
        Permission.NOTIFICATIONS_WRITE,
        () -> {
          Webhook webhook =
              new Webhook(
                  new WebhookId(ids.next()),
                  actor.tenant(),
                  command.url(),
                  command.allowPrivateNetwork(),
                  clock.instant());
          byte[] bytes = new byte[SECRET_BYTES];
          secureRandom.nextBytes(bytes);
          Secret secret = Secret.of("whsec_" + Base64.getEncoder().encodeToString(bytes));
          webhooks.add(webhook, vault.seal(webhook.asUpstream(), secret));
          trail.made(webhook.id(), webhook);
          return Result.done(new Added(webhook, secret));
        });
  }
}
