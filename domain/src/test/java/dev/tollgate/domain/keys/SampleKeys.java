package dev.tollgate.domain.keys;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.SampleProjects;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keys and secrets for tests: `aKey().of(project).named("ci").build()`.
public final class SampleKeys {
  private static final SecureRandom RANDOM = new SecureRandom();

  private SampleKeys() {}

  /// An active key with an open policy.
  public static Builder aKey() {
    return new Builder();
  }

  /// A secret of a key, with any HMAC.
  public static StoredSecret aSecretOf(VirtualKey key) {
    byte[] hmac = new byte[32];
    RANDOM.nextBytes(hmac);
    return new StoredSecret(SecretId.of(RANDOM.nextLong()), key.id(), hmac, 1, null);
  }

  /// Collects what a test says about a key.
  public static final class Builder {
    private final KeyId id = new KeyId(SampleIds.anId());
    private Project project = SampleProjects.aProject();
    private @Nullable MemberId owner;
    private String name = "ci";
    private VirtualKey.State state = VirtualKey.State.ACTIVE;
    private @Nullable Instant expiresAt;
    private KeyPolicy policy = KeyPolicy.OPEN;
    private Map<String, String> metadata = Map.of();
    private List<String> tags = List.of();

    private Builder() {}

    public Builder of(Project owning) {
      project = owning;
      return this;
    }

    public Builder ownedBy(MemberId member) {
      owner = member;
      return this;
    }

    public Builder named(String newName) {
      name = newName;
      return this;
    }

    public Builder in(VirtualKey.State newState) {
      state = newState;
      return this;
    }

    public Builder expiring(Instant at) {
      expiresAt = at;
      return this;
    }

    public Builder allowed(KeyPolicy newPolicy) {
      policy = newPolicy;
      return this;
    }

    public Builder noting(Map<String, String> newMetadata) {
      metadata = newMetadata;
      return this;
    }

    public Builder tagged(String... newTags) {
      tags = List.of(newTags);
      return this;
    }

    public VirtualKey build() {
      return new VirtualKey(
          id,
          project.tenant(),
          project.id(),
          project.businessUnit(),
          owner,
          name,
          state,
          expiresAt,
          policy,
          metadata,
          tags,
          "7Qd2",
          Instant.now().truncatedTo(ChronoUnit.MICROS),
          null);
    }
  }
}
