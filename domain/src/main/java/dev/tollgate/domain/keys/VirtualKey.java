package dev.tollgate.domain.keys;

import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.rules.Names;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A virtual key. Its secrets are kept apart: rotation adds one and keeps the id.
///
/// @param hint the last four characters of its newest secret
/// @param lastUsedAt when a call last used it, to the minute, or null
public record VirtualKey(
    KeyId id,
    TenantId tenant,
    ProjectId project,
    BusinessUnitId businessUnit,
    @Nullable MemberId owner,
    String name,
    State state,
    @Nullable Instant expiresAt,
    KeyPolicy policy,
    Map<String, String> metadata,
    List<String> tags,
    String hint,
    Instant createdAt,
    @Nullable Instant lastUsedAt) {
  private static final int MOST_PAIRS = 16;
  private static final int LONGEST_NAME = 64;
  private static final int LONGEST_VALUE = 512;

  public VirtualKey {
    Names.check(name);
    metadata = Map.copyOf(metadata);
    tags = List.copyOf(tags);
    if (metadata.size() > MOST_PAIRS) {
      throw BrokenRule.of("metadata", "must have at most 16 entries");
    }
    if (tags.size() > MOST_PAIRS) {
      throw BrokenRule.of("tags", "must have at most 16 entries");
    }
    metadata.forEach(VirtualKey::checkPair);
    if (tags.stream().anyMatch(tag -> tag.isBlank() || tag.length() > LONGEST_NAME)) {
      throw new BrokenRule("tags", "each of tags must have 1 to 64 characters");
    }
  }

  /// Whether the key may be used at all. Expiry is a time, not a state.
  public enum State {
    ACTIVE,
    DISABLED,
    REVOKED
  }

  /// Why a key may not make a call, or null when it may. Checked in this order, so that a caller
  /// learns nothing about a policy from a dead key.
  public @Nullable KeyRefusal check(Instant now, Endpoint endpoint, byte[] callerAddress) {
    KeyRefusal refusal = checkAlive(now);
    if (refusal != null) {
      return refusal;
    }
    if (!policy.allowsAddress(callerAddress)) {
      return KeyRefusal.ADDRESS_NOT_ALLOWED;
    }
    return policy.allowsEndpoint(endpoint) ? null : KeyRefusal.ENDPOINT_NOT_ALLOWED;
  }

  /// Whether the key is alive: active and not expired.
  public @Nullable KeyRefusal checkAlive(Instant now) {
    return switch (state) {
      case REVOKED -> KeyRefusal.REVOKED;
      case DISABLED -> KeyRefusal.DISABLED;
      case ACTIVE -> expiresAt != null && !now.isBefore(expiresAt) ? KeyRefusal.EXPIRED : null;
    };
  }

  /// Whether it may be put into a state: what is revoked stays so.
  public boolean mayBecome(State newState) {
    return state != State.REVOKED || newState == State.REVOKED;
  }

  /// @throws IllegalStateException when the key is revoked: that is final
  public VirtualKey in(State newState) {
    if (!mayBecome(newState)) {
      throw new IllegalStateException("a revoked key stays revoked");
    }
    return new VirtualKey(
        id,
        tenant,
        project,
        businessUnit,
        owner,
        name,
        newState,
        expiresAt,
        policy,
        metadata,
        tags,
        hint,
        createdAt,
        lastUsedAt);
  }

  public Scope scope() {
    return new Scope(tenant, businessUnit, project);
  }

  /// What its administrator may change, as it is.
  public Change settings() {
    return new Change(name, expiresAt, policy, metadata, tags);
  }

  public VirtualKey changed(Change change) {
    return new VirtualKey(
        id,
        tenant,
        project,
        businessUnit,
        owner,
        change.name(),
        state,
        change.expiresAt(),
        change.policy(),
        change.metadata(),
        change.tags(),
        hint,
        createdAt,
        lastUsedAt);
  }

  public VirtualKey hinted(String newHint) {
    return new VirtualKey(
        id,
        tenant,
        project,
        businessUnit,
        owner,
        name,
        state,
        expiresAt,
        policy,
        metadata,
        tags,
        newHint,
        createdAt,
        lastUsedAt);
  }

  /// The part of a key that its administrator may change.
  public record Change(
      String name,
      @Nullable Instant expiresAt,
      KeyPolicy policy,
      Map<String, String> metadata,
      List<String> tags) {}

  private static void checkPair(String name, String value) {
    if (name.isBlank() || name.length() > LONGEST_NAME || value.length() > LONGEST_VALUE) {
      throw new BrokenRule(
          "metadata", "metadata must have names of 1 to 64 characters and values of at most 512");
    }
  }
}
