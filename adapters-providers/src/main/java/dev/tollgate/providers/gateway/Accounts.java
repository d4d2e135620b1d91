package dev.tollgate.providers.gateway;

import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.vendor.Vendor;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.Secret;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The open accounts of this node: transport and credential of each provider in use. A provider
/// that was changed is opened again. Thread-safe.
final class Accounts {
  private static final Logger LOG = System.getLogger(Accounts.class.getName());

  private final Catalog catalog;
  private final CredentialVault vault;
  private final Map<ProviderKind, Vendor> vendors;
  private final ConcurrentHashMap<ProviderId, Account> open = new ConcurrentHashMap<>();

  Accounts(Catalog catalog, CredentialVault vault, Map<ProviderKind, Vendor> vendors) {
    this.catalog = catalog;
    this.vault = vault;
    this.vendors = Map.copyOf(vendors);
  }

  /// One provider's account, ready to be used.
  ///
  /// @param credential the provider's key as a header wants it, or null when it needs none
  record Account(Provider provider, Vendor vendor, Upstream upstream, @Nullable String credential) {
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
    Vendor vendor = vendor(provider.kind());
    return new Account(provider, vendor, upstream(vendor, provider), credential);
  }

  /// Closes what is idle in every account for too long.
  void tidy() {
    for (Account each : open.values()) {
      each.upstream().tidy();
    }
  }

  /// Calls that are under way end on their connections.
  static void close(@Nullable Account account) {
    if (account != null) {
      account.upstream().close();
    }
  }

  /// @throws IllegalStateException when nobody serves that kind
  Vendor vendor(ProviderKind kind) {
    Vendor vendor = vendors.get(kind);
    if (vendor == null) {
      throw new IllegalStateException("no vendor of kind " + kind);
    }
    return vendor;
  }

  private static Upstream upstream(Vendor vendor, Provider provider) {
    try {
      return vendor.open(provider);
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
