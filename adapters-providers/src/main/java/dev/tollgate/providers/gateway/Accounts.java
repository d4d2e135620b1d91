package dev.tollgate.providers.gateway;

import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.Secret;
import dev.tollgate.providers.transport.HttpUpstream;
import dev.tollgate.providers.transport.Upstream;
import dev.tollgate.providers.transport.UpstreamFailure;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The open accounts of this node: transport and credential of each provider in use. A provider
/// that was changed is opened again. Thread-safe.
final class Accounts {
  private static final Logger LOG = System.getLogger(Accounts.class.getName());

  private final Catalog catalog;
  private final CredentialVault vault;
  private final Supplier<? extends Upstream> simulated;
  private final ConcurrentHashMap<ProviderId, Account> open = new ConcurrentHashMap<>();

  Accounts(Catalog catalog, CredentialVault vault, Supplier<? extends Upstream> simulated) {
    this.catalog = catalog;
    this.vault = vault;
    this.simulated = simulated;
  }

  /// One provider's account, ready to be used.
  ///
  /// @param credential the provider's key as a header wants it, or null when it needs none
  record Account(Provider provider, Upstream upstream, @Nullable String credential) {
    /// Whether it is the provider's own: as the caller knows it, or with a later credential.
    private boolean isGoodFor(Provider asked) {
      return provider.equals(asked) || provider.credentialVersion() > asked.credentialVersion();
    }

    @Override
    public String toString() {
      return "Account[" + provider.name() + "]";
    }
  }

  /// @throws dev.tollgate.domain.stores.StoreUnavailable when it is not open yet and the store does
  ///   not answer
  /// @throws UpstreamFailure when its credential cannot be opened, or its options do not hold
  Account of(Provider provider) {
    Account account = open.get(provider.id());
    if (account != null && account.isGoodFor(provider)) {
      return account;
    }
    Account opened = with(provider, credential(provider));
    AtomicReference<@Nullable Account> replaced = new AtomicReference<>();
    Account current =
        open.merge(
            provider.id(),
            opened,
            (before, own) -> {
              boolean stays = before.isGoodFor(provider);
              replaced.set(stays ? own : before);
              return stays ? before : own;
            });
    close(replaced.get());
    return current;
  }

  /// An account that is not kept.
  Account with(Provider provider, @Nullable String credential) {
    return new Account(provider, upstream(provider), credential);
  }

  /// Closes what is idle in every account for too long.
  void tidy() {
    for (Account each : open.values()) {
      if (each.upstream() instanceof HttpUpstream http) {
        http.tidy();
      }
    }
  }

  /// Calls that are under way end on their connections.
  static void close(@Nullable Account account) {
    if (account != null && account.upstream() instanceof HttpUpstream http) {
      http.close();
    }
  }

  private Upstream upstream(Provider provider) {
    try {
      return provider.kind() == ProviderKind.SIMULATED
          ? simulated.get()
          : new HttpUpstream(provider);
    } catch (IllegalArgumentException e) {
      throw unusable(provider, "its options do not hold", e);
    }
  }

  private @Nullable String credential(Provider provider) {
    return catalog
        .credential(provider.tenant(), provider.id())
        .map(
            stored -> {
              try (Secret secret = vault.open(provider, stored)) {
                return secret.reveal();
              } catch (IllegalStateException e) {
                throw unusable(provider, "its credential cannot be opened", e);
              }
            })
        .orElse(null);
  }

  /// Nothing can be sent to it. [Troubles] tells the log; the cause is of use to developers.
  private static UpstreamFailure unusable(Provider provider, String what, RuntimeException e) {
    LOG.log(Level.DEBUG, "provider " + provider.name(), e);
    return new UpstreamFailure(
        Failure.Kind.MISCONFIGURED,
        "The provider cannot be used: " + what + ". Tell an administrator.");
  }
}
