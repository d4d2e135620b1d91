package dev.tollgate.domain.keys;

import static dev.tollgate.domain.keys.SampleKeys.aKey;
import static dev.tollgate.domain.keys.SampleKeys.aSecretOf;
import static dev.tollgate.domain.tenancy.SampleProjects.aProject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.keys.VirtualKeys.Filter;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.domain.tenancy.Retention;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every store of virtual keys promises.
public abstract class VirtualKeysContract {
  private static final Instant SOON = Instant.parse("2027-03-01T10:00:00.123456Z");
  private static final KeyPolicy NARROW =
      new KeyPolicy(
          List.of("gpt-6-sol", "claude-*"),
          Set.of(Endpoint.MESSAGES, Endpoint.RESPONSES),
          List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("2001:db8::/32")),
          Capture.FULL,
          Retention.DAYS_7);

  protected abstract VirtualKeys keys();

  /// The projects that keys belong to.
  protected abstract Projects projects();

  /// A new tenant with the root of its business units.
  protected abstract TenantId foundTenant();

  /// What the store holds of a secret.
  protected abstract Optional<StoredSecret> secret(SecretId id);

  private Project project() {
    return project(foundTenant());
  }

  private Project project(TenantId tenant) {
    Project project = aProject(tenant, projects().rootOf(tenant));
    projects().add(project);
    return project;
  }

  private VirtualKey add(VirtualKey key) {
    keys().add(key, aSecretOf(key));
    return key;
  }

  private @Nullable Instant end(StoredSecret secret) {
    return secret(secret.id()).orElseThrow().validUntil();
  }

  @Test
  void findsAPlainKeyAsItWasAdded() {
    VirtualKey key = add(aKey().of(project()).build());
    assertThat(keys().find(key.tenant(), key.id())).contains(key);
  }

  @Test
  void findsAFullKeyAsItWasAdded() {
    VirtualKey key =
        add(
            aKey()
                .of(project())
                .named("Zürich \"ci\" 🔑")
                .ownedBy(new MemberId(SampleIds.anId()))
                .in(VirtualKey.State.DISABLED)
                .expiring(SOON)
                .allowed(NARROW)
                .noting(Map.of("team", "search", "quote", "a\"b\\c"))
                .tagged("prod", "a b", "ü")
                .build());
    assertThat(keys().find(key.tenant(), key.id())).contains(key);
  }

  @Test
  void aPolicyThatAllowsNothingIsNotOneThatAllowsAll() {
    KeyPolicy nothing = new KeyPolicy(List.of(), Set.of(), List.of(), null, null);
    VirtualKey key = add(aKey().of(project()).allowed(nothing).build());
    assertThat(keys().find(key.tenant(), key.id()).orElseThrow().policy()).isEqualTo(nothing);
  }

  @Test
  void keepsTheSecretOfAKey() {
    VirtualKey key = aKey().of(project()).build();
    StoredSecret secret = aSecretOf(key);
    keys().add(key, secret);
    StoredSecret stored = secret(secret.id()).orElseThrow();
    assertThat(stored.key()).isEqualTo(key.id());
    assertThat(stored.matches(secret.hmac())).isTrue();
    assertThat(stored.pepperVersion()).isEqualTo(1);
    assertThat(stored.validUntil()).isNull();
  }

  @Test
  void hidesKeysOfOtherTenants() {
    VirtualKey key = add(aKey().of(project()).build());
    TenantId other = foundTenant();
    assertThat(keys().find(other, key.id())).isEmpty();
    assertThat(keys().list(other, Filter.ALL, null, 10).items()).isEmpty();
    assertThat(keys().update(other, key.id(), each -> each.in(VirtualKey.State.REVOKED))).isEmpty();
    StoredSecret newer = aSecretOf(key);
    assertThat(keys().rotate(other, newer, "abcd", SOON)).isEmpty();
    assertThat(secret(newer.id())).isEmpty();
    assertThat(keys().find(key.tenant(), key.id())).contains(key);
  }

  @Test
  void listsNewestFirstInPages() {
    Project project = project();
    List<VirtualKey> added = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      added.addFirst(add(aKey().of(project).build()));
    }
    List<VirtualKey> listed = new ArrayList<>();
    @Nullable UUID cursor = null;
    do {
      Page<VirtualKey> page = keys().list(project.tenant(), Filter.ALL, cursor, 3);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(3);
      listed.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    assertThat(listed).isEqualTo(added);
  }

  @Test
  void listsByEachPartOfAFilterAndByAllTogether() {
    Project project = project();
    Project other = project(project.tenant());
    VirtualKey plain = add(aKey().of(project).build());
    VirtualKey tagged = add(aKey().of(project).named("nightly").tagged("prod", "eu").build());
    VirtualKey off = add(aKey().of(other).in(VirtualKey.State.DISABLED).tagged("prod").build());

    assertThat(list(project, new Filter(other.id(), null, null, null))).containsExactly(off);
    assertThat(list(project, new Filter(null, VirtualKey.State.ACTIVE, null, null)))
        .containsExactly(tagged, plain);
    assertThat(list(project, new Filter(null, null, "prod", null))).containsExactly(off, tagged);
    assertThat(list(project, new Filter(null, null, "pro", null))).isEmpty();
    assertThat(list(project, new Filter(null, null, null, "nightly"))).containsExactly(tagged);
    Filter all = new Filter(project.id(), VirtualKey.State.ACTIVE, "eu", "nightly");
    assertThat(list(project, all)).containsExactly(tagged);
    assertThat(list(project, new Filter(other.id(), VirtualKey.State.ACTIVE, null, null)))
        .isEmpty();
  }

  private List<VirtualKey> list(Project project, Filter filter) {
    return keys().list(project.tenant(), filter, null, 10).items();
  }

  @Test
  void anUpdateIsAnsweredAndKept() {
    VirtualKey key = add(aKey().of(project()).build());
    var change = new VirtualKey.Change("x", SOON, NARROW, Map.of("a", "b"), List.of("t"));
    VirtualKey changed =
        keys().update(key.tenant(), key.id(), each -> each.changed(change)).orElseThrow();
    assertThat(changed).isEqualTo(key.changed(change));
    assertThat(keys().find(key.tenant(), key.id())).contains(changed);
  }

  @Test
  void anUpdateThatThrowsLeavesTheKeyAsItWas() {
    VirtualKey key = add(aKey().of(project()).in(VirtualKey.State.REVOKED).build());
    assertThatThrownBy(
            () -> keys().update(key.tenant(), key.id(), each -> each.in(VirtualKey.State.ACTIVE)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(keys().find(key.tenant(), key.id())).contains(key);
  }

  @Test
  void anUpdateOfNoKeyAnswersEmpty() {
    assertThat(keys().update(foundTenant(), new KeyId(SampleIds.anId()), each -> each)).isEmpty();
  }

  @Test
  void updatesOfOneKeyWaitForEachOther() {
    VirtualKey key = add(aKey().of(project()).named("n").build());
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        var _ =
            executor.submit(
                () -> keys().update(key.tenant(), key.id(), VirtualKeysContract::longer));
      }
    }
    assertThat(keys().find(key.tenant(), key.id()).orElseThrow().name()).hasSize(21);
  }

  private static VirtualKey longer(VirtualKey key) {
    return key.changed(
        new VirtualKey.Change(
            key.name() + "n", key.expiresAt(), key.policy(), key.metadata(), key.tags()));
  }

  @Test
  void rotationAddsASecretAndEndsTheEarlierOneAfterTheOverlap() {
    VirtualKey key = aKey().of(project()).build();
    StoredSecret first = aSecretOf(key);
    keys().add(key, first);
    StoredSecret second = aSecretOf(key);
    VirtualKey rotated = keys().rotate(key.tenant(), second, "wxyz", SOON).orElseThrow();
    assertThat(rotated).isEqualTo(key.hinted("wxyz"));
    assertThat(keys().find(key.tenant(), key.id())).contains(rotated);
    assertThat(end(first)).isEqualTo(SOON);
    assertThat(end(second)).isNull();
  }

  @Test
  void rotationNeverLengthensTheLifeOfASecret() {
    VirtualKey key = aKey().of(project()).build();
    StoredSecret first = aSecretOf(key);
    keys().add(key, first);
    StoredSecret second = aSecretOf(key);
    keys().rotate(key.tenant(), second, "aaaa", SOON);
    keys().rotate(key.tenant(), aSecretOf(key), "bbbb", SOON.plusSeconds(60));
    assertThat(end(first)).isEqualTo(SOON);
    assertThat(end(second)).isEqualTo(SOON.plusSeconds(60));
  }

  @Test
  void rotationOfNoKeyAddsNothing() {
    StoredSecret secret = aSecretOf(aKey().build());
    assertThat(keys().rotate(foundTenant(), secret, "abcd", SOON)).isEmpty();
    assertThat(secret(secret.id())).isEmpty();
  }
}
