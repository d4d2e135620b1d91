package dev.tollgate.application.catalog;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderProbe;
import dev.tollgate.domain.catalog.ProviderStates;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.jobs.Steps;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.SealedCredential;
import dev.tollgate.domain.secrets.Secret;
import dev.tollgate.domain.stores.Work;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Changes a provider. A new credential is tried before it takes the place of the old one; open
/// calls end with what they began with. A credential is bound to the server it is for, so another
/// server needs another one.
public final class UpdateProvider {
  private final Catalog catalog;
  private final Routes routes;
  private final CredentialVault vault;
  private final ProviderProbe probe;
  private final ProviderStates states;
  private final Work work;

  public UpdateProvider(
      Catalog catalog,
      Routes routes,
      CredentialVault vault,
      ProviderProbe probe,
      ProviderStates states,
      Work work) {
    this.catalog = catalog;
    this.routes = routes;
    this.vault = vault;
    this.probe = probe;
    this.states = states;
    this.work = work;
  }

  /// @param change from the provider as it is to the one that is asked for
  /// @param credential wiped when the use case returns; null to keep the one before
  public record Command(
      ProviderId id, UnaryOperator<Provider> change, @Nullable Secret credential) {}

  public Result<ProviderView> run(Actor actor, Command command, Steps steps) {
    try (Secret credential = command.credential()) {
      return Result.found(catalog.findVisibleProvider(actor.tenant(), command.id()), "provider")
          .allowed(actor, Permission.PROVIDERS_WRITE, provider -> Scope.of(provider.tenant()))
          .then(now -> Result.checked(() -> prepare(actor, now, command, credential, steps)));
    }
  }

  private Result<ProviderView> prepare(
      Actor actor, Provider now, Command command, @Nullable Secret credential, Steps steps) {
    if (credential != null) {
      credential.requireSendable("credential");
    }
    Provider wanted = command.change().apply(now);
    Optional<SealedCredential> kept = catalog.credential(actor.tenant(), now.id());
    if (credential == null) {
      return !wanted.origin().equals(now.origin()) && kept.isPresent()
          ? new Result.Invalid<>(
              "credential",
              "credential is required with another base_url: the one that is kept is bound to "
                  + now.origin())
          : steps.commit(
              trail ->
                  save(actor, command, null, trail, each -> each.origin().equals(now.origin())));
    }
    if (probe.probe(wanted, credential) instanceof ProviderProbe.Result.Fails fails
        && speaksOfTheCredential(fails.failure())) {
      return notTaken(fails.failure());
    }
    SealedCredential sealed = vault.seal(wanted, credential);
    // It was tried for the provider as it was, which may have taken long.
    return steps.commit(
        trail ->
            save(
                actor,
                command,
                sealed,
                trail,
                each -> each.equals(now) && isKept(actor, now.id(), kept)));
  }

  private boolean isKept(Actor actor, ProviderId id, Optional<SealedCredential> credential) {
    Optional<SealedCredential> now = catalog.credential(actor.tenant(), id);
    return now.isPresent() == credential.isPresent()
        && now.stream().allMatch(each -> each.isSame(credential.orElseThrow()));
  }

  /// @param isAsSeen whether the provider, under its lock, is still what the change was meant for
  private Result<ProviderView> save(
      Actor actor,
      Command command,
      @Nullable SealedCredential credential,
      Trail trail,
      Predicate<Provider> isAsSeen) {
    AtomicBoolean stale = new AtomicBoolean();
    Catalog.Change<Provider> change =
        catalog.updateProvider(
            actor.tenant(),
            command.id(),
            now -> {
              Provider changed = command.change().apply(now);
              stale.set(!isAsSeen.test(now));
              trail.changed(
                  now.id(), ProviderView.of(now, states), ProviderView.of(changed, states));
              return changed;
            },
            credential);
    if (stale.get()) {
      return new Result.Conflict<>(
          Reason.CHANGED_MEANWHILE,
          "The provider was changed meanwhile. Look at it and try again.");
    }
    return switch (change) {
      case Catalog.Change.Changed<Provider>(Provider changed) -> {
        work.afterwards(() -> routes.refresh(actor.tenant()));
        yield Result.done(ProviderView.of(changed, states));
      }
      case Catalog.Change.Missing<Provider> _ -> new Result.Missing<>("provider");
      case Catalog.Change.NameTaken<Provider> _ ->
          new Result.Conflict<>(Reason.NAME_TAKEN, "There is another provider of that name.");
    };
  }

  /// A server that has no list of models, or too many requests, says nothing of the credential. One
  /// that cannot read the request may mean the credential: some answer a wrong one with 400.
  private static boolean speaksOfTheCredential(Failure failure) {
    return switch (failure.kind()) {
      case NOT_FOUND, UNSUPPORTED, RATE_LIMITED -> false;
      default -> true;
    };
  }

  private static Result<ProviderView> notTaken(Failure failure) {
    boolean refused =
        failure.kind() == Failure.Kind.AUTH || failure.kind() == Failure.Kind.BILLING_STOP;
    return refused
        ? new Result.Conflict<>(
            Reason.CREDENTIAL_REFUSED,
            "The provider refuses the new credential. The old one stays in use.")
        : new Result.Conflict<>(
            Reason.PROVIDER_UNREACHABLE,
            "The provider cannot be asked whether the new credential works, so the old one stays"
                + " in use: "
                + failure.message());
  }
}
