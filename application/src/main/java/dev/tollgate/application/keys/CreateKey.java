package dev.tollgate.application.keys;

import dev.tollgate.application.ledger.BudgetTerms;
import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.keys.KeySecret;
import dev.tollgate.domain.keys.StoredSecret;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Creates a virtual key in a project, with a budget if one is asked for. Its secret is in the
/// answer and nowhere else.
public final class CreateKey {
  private final VirtualKeys keys;
  private final Projects projects;
  private final SetBudget setBudget;
  private final Pepper pepper;
  private final Ids ids;
  private final RandomGenerator secureRandom;
  private final Clock clock;

  public CreateKey(
      VirtualKeys keys,
      Projects projects,
      SetBudget setBudget,
      Pepper pepper,
      Ids ids,
      RandomGenerator secureRandom,
      Clock clock) {
    this.keys = keys;
    this.projects = projects;
    this.setBudget = setBudget;
    this.pepper = pepper;
    this.ids = ids;
    this.secureRandom = secureRandom;
    this.clock = clock;
  }

  public record Command(
      ProjectId project,
      String name,
      @Nullable MemberId owner,
      @Nullable Instant expiresAt,
      KeyPolicy policy,
      Map<String, String> metadata,
      List<String> tags,
      @Nullable BudgetTerms budget) {}

  /// The key, and its secret to show once.
  public record Created(KeyView view, KeySecret secret) {}

  public Result<Created> run(Actor actor, Command command, Trail trail) {
    KeySecret secret = KeySecret.generate(secureRandom);
    return make(actor, command, id -> stored(secret, id, pepper), secret.hint(), trail)
        .map(view -> new Created(view, secret));
  }

  /// @param hint the last characters of the secret, as far as they are known
  Result<KeyView> make(
      Actor actor,
      Command command,
      Function<KeyId, StoredSecret> secret,
      String hint,
      Trail trail) {
    if (command.owner() != null) {
      // There are no members yet whose id it could be.
      return new Result.Invalid<>("owner", "There is no such member");
    }
    Project project = projects.find(actor.tenant(), command.project()).orElse(null);
    if (project == null || project.archived()) {
      return new Result.Invalid<>("project", "There is no such project, or it is archived");
    }
    return Result.checked(
        () ->
            Result.done(key(command, project, hint))
                .allowed(actor, Permission.KEYS_WRITE, VirtualKey::scope)
                .then(key -> add(actor, key, secret.apply(key.id()), command.budget(), trail))
                .map(
                    view -> {
                      trail.made(view.key().id(), view);
                      return view;
                    }));
  }

  private VirtualKey key(Command command, Project project, String hint) {
    Instant now = clock.instant();
    if (command.expiresAt() != null && !now.isBefore(command.expiresAt())) {
      throw BrokenRule.of("expires_at", "must be in the future");
    }
    return new VirtualKey(
        new KeyId(ids.next()),
        project.tenant(),
        project.id(),
        project.businessUnit(),
        command.owner(),
        command.name(),
        VirtualKey.State.ACTIVE,
        command.expiresAt(),
        command.policy(),
        command.metadata(),
        command.tags(),
        hint,
        now,
        null);
  }

  private Result<KeyView> add(
      Actor actor, VirtualKey key, StoredSecret secret, @Nullable BudgetTerms budget, Trail trail) {
    if (!keys.add(key, secret)) {
      return new Result.Conflict<>(Reason.SECRET_TAKEN, "There is a key with that secret.");
    }
    if (budget == null) {
      return Result.done(new KeyView(key, null));
    }
    return setBudget
        .run(
            actor,
            new SetBudget.Command(ScopeRef.of(key.id()), budget),
            trail.part(SetBudget.ACTION))
        .map(state -> new KeyView(key, state.budget().models() == null ? state : null))
        .under("budget");
  }

  static StoredSecret stored(KeySecret secret, KeyId key, Pepper pepper) {
    int version = pepper.currentVersion();
    return new StoredSecret(secret.id(), key, pepper.hmac(version, secret.bytes()), version, null);
  }
}
