package dev.tollgate.application.keys;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.keys.KeySecret;
import dev.tollgate.domain.keys.StoredSecret;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Creates a virtual key in a project. Its secret is in the outcome and nowhere else.
public final class CreateKey {
  private final VirtualKeys keys;
  private final Projects projects;
  private final Pepper pepper;
  private final Ids ids;
  private final RandomGenerator secureRandom;
  private final Clock clock;

  public CreateKey(
      VirtualKeys keys,
      Projects projects,
      Pepper pepper,
      Ids ids,
      RandomGenerator secureRandom,
      Clock clock) {
    this.keys = keys;
    this.projects = projects;
    this.pepper = pepper;
    this.ids = ids;
    this.secureRandom = secureRandom;
    this.clock = clock;
  }

  /// What to create.
  public record Command(
      TenantId tenant,
      ProjectId project,
      String name,
      @Nullable MemberId owner,
      @Nullable Instant expiresAt,
      KeyPolicy policy,
      Map<String, String> metadata,
      List<String> tags) {}

  /// What came of it.
  public sealed interface Outcome {
    /// The key, and its secret to show once.
    record Created(VirtualKey key, KeySecret secret) implements Outcome {}

    /// The project does not exist or is archived.
    record NoProject() implements Outcome {}
  }

  /// @throws IllegalArgumentException when the command breaks a rule of [VirtualKey]
  public Outcome create(Command command) {
    Optional<Project> project = projects.find(command.tenant(), command.project());
    if (project.isEmpty() || project.get().archived()) {
      return new Outcome.NoProject();
    }
    Instant now = clock.instant();
    if (command.expiresAt() != null && !now.isBefore(command.expiresAt())) {
      throw new IllegalArgumentException("expires_at must be in the future");
    }
    KeySecret secret = KeySecret.generate(secureRandom);
    VirtualKey key =
        new VirtualKey(
            new KeyId(ids.next()),
            command.tenant(),
            command.project(),
            project.get().businessUnit(),
            command.owner(),
            command.name(),
            VirtualKey.State.ACTIVE,
            command.expiresAt(),
            command.policy(),
            command.metadata(),
            command.tags(),
            secret.hint(),
            now,
            null);
    keys.add(key, stored(secret, key.id(), pepper));
    return new Outcome.Created(key, secret);
  }

  static StoredSecret stored(KeySecret secret, KeyId key, Pepper pepper) {
    int version = pepper.currentVersion();
    return new StoredSecret(secret.id(), key, pepper.hmac(version, secret.bytes()), version, null);
  }
}
