package dev.tollgate.application.catalog;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.SealedCredential;
import dev.tollgate.domain.secrets.Secret;
import dev.tollgate.domain.stores.Work;
import java.net.URI;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// Adds a provider and seals its credential.
public final class AddProvider {
  private final Catalog catalog;
  private final Routes routes;
  private final CredentialVault vault;
  private final Work work;
  private final Ids ids;
  private final Clock clock;

  public AddProvider(
      Catalog catalog, Routes routes, CredentialVault vault, Work work, Ids ids, Clock clock) {
    this.catalog = catalog;
    this.routes = routes;
    this.vault = vault;
    this.work = work;
    this.ids = ids;
    this.clock = clock;
  }

  /// @param credential wiped when the use case returns; null for none
  public record Command(
      String name,
      ProviderKind kind,
      @Nullable URI baseUrl,
      boolean allowPrivateNetwork,
      Provider.Options options,
      @Nullable Secret credential) {}

  public Result<ProviderView> run(Actor actor, Command command, Trail trail) {
    try (Secret credential = command.credential()) {
      if (!actor.may(Permission.PROVIDERS_WRITE, Scope.of(actor.tenant()))) {
        return new Result.Forbidden<>(Permission.PROVIDERS_WRITE);
      }
      return Result.checked(() -> add(actor, command, credential, trail));
    }
  }

  private Result<ProviderView> add(
      Actor actor, Command command, @Nullable Secret credential, Trail trail) {
    if (credential != null) {
      credential.requireSendable("credential");
    }
    Provider provider =
        new Provider(
            new ProviderId(ids.next()),
            actor.tenant(),
            command.name(),
            command.kind(),
            command.baseUrl(),
            command.allowPrivateNetwork(),
            command.options(),
            clock.instant());
    SealedCredential sealed = credential == null ? null : vault.seal(provider, credential);
    if (!catalog.addProvider(provider, sealed)) {
      return new Result.Conflict<>(
          Reason.NAME_TAKEN, "There is a provider named '" + command.name() + "'.");
    }
    work.afterwards(() -> routes.refresh(actor.tenant()));
    // Nobody has called it yet.
    ProviderView view = new ProviderView(provider, null);
    trail.made(provider.id(), view);
    return Result.done(view);
  }
}
