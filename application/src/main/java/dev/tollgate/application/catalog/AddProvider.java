package dev.tollgate.application.catalog;

import dev.tollgate.domain.catalog.BaseUrls;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.Secret;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Adds a provider and seals its credential.
public final class AddProvider {
  private final Catalog catalog;
  private final Routes routes;
  private final CredentialVault vault;
  private final Ids ids;
  private final Clock clock;

  public AddProvider(Catalog catalog, Routes routes, CredentialVault vault, Ids ids, Clock clock) {
    this.catalog = catalog;
    this.routes = routes;
    this.vault = vault;
    this.ids = ids;
    this.clock = clock;
  }

  /// What to add. The credential is wiped once it is sealed.
  public record Command(
      TenantId tenant,
      String name,
      ProviderKind kind,
      @Nullable URI baseUrl,
      boolean allowPrivateNetwork,
      Provider.Options options,
      @Nullable Secret credential) {}

  /// @return empty when the tenant has a provider of that name
  /// @throws IllegalArgumentException when the command breaks a rule of [Provider]
  public Optional<Provider> add(Command command) {
    if (command.baseUrl() != null) {
      BaseUrls.check("base_url", command.baseUrl());
    }
    Provider provider =
        new Provider(
            new ProviderId(ids.next()),
            command.tenant(),
            command.name(),
            command.kind(),
            command.baseUrl(),
            command.allowPrivateNetwork(),
            command.options(),
            clock.instant());
    boolean added;
    try (Secret credential = command.credential()) {
      added =
          catalog.addProvider(
              provider, credential == null ? null : vault.seal(provider, credential));
    }
    if (added) {
      routes.refresh(command.tenant());
      return Optional.of(provider);
    }
    return Optional.empty();
  }
}
