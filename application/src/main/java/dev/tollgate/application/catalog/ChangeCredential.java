package dev.tollgate.application.catalog;

import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderProbe;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.Secret;

/// Changes the credential of a provider: the new one is tried before it takes the place of the old
/// one, on which open calls end.
public final class ChangeCredential {
  private final Catalog catalog;
  private final Routes routes;
  private final CredentialVault vault;
  private final ProviderProbe probe;

  public ChangeCredential(
      Catalog catalog, Routes routes, CredentialVault vault, ProviderProbe probe) {
    this.catalog = catalog;
    this.routes = routes;
    this.vault = vault;
    this.probe = probe;
  }

  /// What came of it.
  public sealed interface Outcome {
    record Changed(Provider provider) implements Outcome {}

    record Missing() implements Outcome {}

    /// The provider did not take the new credential, or could not be asked. The old one stays.
    record NotTaken(Failure failure) implements Outcome {}
  }

  /// @param credential wiped when this returns
  public Outcome change(TenantId tenant, ProviderId id, Secret credential) {
    try (credential) {
      Provider provider = catalog.findProvider(tenant, id).orElse(null);
      if (provider == null) {
        return new Outcome.Missing();
      }
      if (probe.probe(provider, credential) instanceof ProviderProbe.Result.Fails fails
          && speaksOfTheCredential(fails.failure())) {
        return new Outcome.NotTaken(fails.failure());
      }
      return catalog
          .changeCredential(provider, vault.seal(provider, credential))
          .<Outcome>map(
              changed -> {
                routes.refresh(tenant);
                return new Outcome.Changed(changed);
              })
          .orElseGet(Outcome.Missing::new);
    }
  }

  /// A server that has no list of models, or too many requests, says nothing of the credential. One
  /// that cannot read the request may mean the credential: some answer a wrong one with 400.
  private static boolean speaksOfTheCredential(Failure failure) {
    return switch (failure.kind()) {
      case NOT_FOUND, UNSUPPORTED, RATE_LIMITED -> false;
      default -> true;
    };
  }
}
