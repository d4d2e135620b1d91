package dev.tollgate.domain.notifications;

import dev.tollgate.domain.catalog.BaseUrls;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.secrets.SealedCredential;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Store of webhooks. Each method is one transaction and throws
/// [dev.tollgate.domain.stores.StoreUnavailable] when the store cannot answer. Thread-safe.
public interface Webhooks {
  void add(Webhook webhook, SealedCredential secret);

  Optional<Webhook> find(TenantId tenant, WebhookId id);

  List<Webhook> all(TenantId tenant);

  Optional<SealedCredential> secret(TenantId tenant, WebhookId id);

  /// @return false when there is none
  boolean remove(TenantId tenant, WebhookId id);

  /// A URL that is told.
  ///
  /// @param allowPrivateNetwork whether it may lead to a private or loopback address
  record Webhook(
      WebhookId id, TenantId tenant, URI url, boolean allowPrivateNetwork, Instant createdAt) {
    public Webhook {
      BaseUrls.check("url", url);
    }

    /// What it is to the transport and to the vault: an upstream account like any other, so that
    /// addresses are checked and the secret is bound to its origin in the same way.
    public Provider asUpstream() {
      return new Provider(
          new ProviderId(id.value()),
          tenant,
          "webhook",
          ProviderKind.OPENAI,
          url,
          allowPrivateNetwork,
          Provider.Options.NONE,
          createdAt);
    }
  }
}
