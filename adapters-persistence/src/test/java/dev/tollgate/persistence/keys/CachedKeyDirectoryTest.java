package dev.tollgate.persistence.keys;

import static dev.tollgate.domain.keys.SampleKeys.aKey;
import static dev.tollgate.domain.keys.SampleKeys.aSecretOf;
import static dev.tollgate.domain.tenancy.SampleProjects.aProject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.SecretId;
import dev.tollgate.domain.keys.StoredSecret;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.persistence.database.ChangePoll;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingProxy;
import dev.tollgate.persistence.tenancy.PostgresProjects;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The directory of a node while another node makes the changes. The way from the directory to the
/// database can be broken. The gateway polls once a second; here it is five times that.
class CachedKeyDirectoryTest {
  private static final Duration SEEN_WITHIN = Duration.ofSeconds(2);

  private final TestingDatabase testing = TestingDatabase.shared();
  private final TenantId tenant = testing.foundTenant();
  private final PostgresVirtualKeys keys = new PostgresVirtualKeys(testing.database());
  private final PostgresProjects projects = new PostgresProjects(testing.database());

  private final TestingProxy proxy = TestingProxy.start();
  private final Database database = new Database(proxy.config());
  private final CachedKeyDirectory directory = new CachedKeyDirectory(database);
  private final ChangePoll poll = new ChangePoll(database, List.of(directory));
  private final ScheduledExecutorService background = Executors.newScheduledThreadPool(1);

  private final Project project = aProject(tenant, projects.rootOf(tenant));
  private final VirtualKey key = aKey().of(project).build();
  private final StoredSecret secret = aSecretOf(key);

  @BeforeEach
  void addAKeyAndPoll() {
    projects.add(project);
    keys.add(key, secret);
    poll.run();
    var _ = background.scheduleWithFixedDelay(poll, 200, 200, TimeUnit.MILLISECONDS);
  }

  @AfterEach
  void stop() throws InterruptedException {
    background.shutdownNow();
    proxy.restore();
    proxy.release();
    assertThat(background.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    database.close();
    proxy.close();
  }

  private KnownKey find(SecretId id) {
    KnownKey found = directory.find(id);
    assertThat(found).isNotNull();
    return found;
  }

  private void assertSeenInTime(SecretId id, Predicate<@Nullable KnownKey> change) {
    Eventually.holds("the change is seen", SEEN_WITHIN, () -> change.test(directory.find(id)));
  }

  @Test
  void findsAKeyWithItsSecretAndProject() {
    KnownKey found = find(secret.id());
    assertThat(found.key()).isEqualTo(key);
    assertThat(found.project()).isEqualTo(project);
    assertThat(found.secret().matches(secret.hmac())).isTrue();
  }

  @Test
  void aRevocationIsSeenInTime() throws InterruptedException {
    assertThat(find(secret.id()).key().state()).isEqualTo(VirtualKey.State.ACTIVE);
    keys.update(tenant, key.id(), each -> each.in(VirtualKey.State.REVOKED));
    assertSeenInTime(
        secret.id(), found -> found != null && found.key().state() == VirtualKey.State.REVOKED);
  }

  @Test
  void aChangeOfPolicyIsSeenInTime() throws InterruptedException {
    KeyPolicy narrow = new KeyPolicy(List.of("gpt-x"), null, null, Capture.FULL, null);
    find(secret.id());
    var change = new VirtualKey.Change("ci", null, narrow, key.metadata(), key.tags());
    keys.update(tenant, key.id(), each -> each.changed(change));
    assertSeenInTime(secret.id(), found -> found != null && found.key().policy().equals(narrow));
    assertThat(find(secret.id()).capture()).isEqualTo(Capture.FULL);
  }

  @Test
  void aChangeOfTheProjectIsSeenInTime() throws InterruptedException {
    find(secret.id());
    projects.update(
        project.tenant(),
        project.id(),
        now -> now.renamed("ads", Capture.NONE, Retention.DAYS_7).archive());
    assertSeenInTime(secret.id(), found -> found != null && found.project().archived());
    assertThat(find(secret.id()).capture()).isEqualTo(Capture.NONE);
    assertThat(find(secret.id()).retention()).isEqualTo(Retention.DAYS_7);
  }

  @Test
  void bothSecretsOfARotatedKeyAreKnownAndTheOlderHasAnEnd() throws InterruptedException {
    Instant end = Instant.parse("2027-01-01T00:00:00Z");
    StoredSecret newer = aSecretOf(key);
    find(secret.id());
    assertThat(directory.find(newer.id())).isNull();
    keys.rotate(tenant, newer, "wxyz", end);
    assertSeenInTime(newer.id(), found -> found != null);
    assertSeenInTime(
        secret.id(), found -> found != null && end.equals(found.secret().validUntil()));
    assertThat(find(newer.id()).secret().validUntil()).isNull();
    assertThat(find(newer.id()).key().hint()).isEqualTo("wxyz");
  }

  @Test
  void anUnknownSecretIsRememberedSoThatAFloodOfItDoesNotReachTheDatabase() {
    SecretId unknown = aSecretOf(key).id();
    assertThat(directory.find(unknown)).isNull();
    proxy.refuse();
    assertThat(directory.find(unknown)).isNull();
  }

  @Test
  void aKeyThatWasTriedBeforeItExistedWorksInTime() throws InterruptedException {
    VirtualKey later = aKey().of(project).build();
    StoredSecret itsSecret = aSecretOf(later);
    assertThat(directory.find(itsSecret.id())).isNull();
    keys.add(later, itsSecret);
    assertSeenInTime(itsSecret.id(), found -> found != null);
  }

  @Test
  void whileTheDatabaseIsOutOfReachKnownKeysGoOnAndOthersAreNotDenied() {
    find(secret.id());
    proxy.refuse();
    assertThat(find(secret.id()).key()).isEqualTo(key);
    assertThatThrownBy(() -> directory.find(aSecretOf(key).id()))
        .isInstanceOf(StoreUnavailable.class);
    poll.run();
    assertThat(find(secret.id()).key()).isEqualTo(key);
  }

  @Test
  void aChangeDuringAnOutageIsSeenAfterIt() throws InterruptedException {
    find(secret.id());
    proxy.refuse();
    keys.update(tenant, key.id(), each -> each.in(VirtualKey.State.REVOKED));
    assertThat(find(secret.id()).key().state()).isEqualTo(VirtualKey.State.ACTIVE);
    proxy.restore();
    assertSeenInTime(
        secret.id(), found -> found != null && found.key().state() == VirtualKey.State.REVOKED);
  }

  @Test
  void whenEverythingMayHaveChangedAllIsReadAgain() {
    find(secret.id());
    background.shutdownNow();
    keys.update(tenant, key.id(), each -> each.in(VirtualKey.State.DISABLED));
    directory.everythingMayHaveChanged();
    assertThat(find(secret.id()).key().state()).isEqualTo(VirtualKey.State.DISABLED);
  }

  @Test
  void useIsNotedToTheMinuteAndForgetsNoCachedKey() {
    KnownKey found = find(secret.id());
    directory.touch(found.key());
    directory.touch(found.key());
    directory.flushTouched();
    Instant used = keys.find(tenant, key.id()).orElseThrow().lastUsedAt();
    assertThat(used).isNotNull();
    assertThat(used.getEpochSecond() % 60).isZero();
    assertThat(used).isBetween(Instant.now().minusSeconds(120), Instant.now());
    assertThat(directory.find(secret.id())).isSameAs(found);
  }

  @Test
  void theUseOfAKeyThatIsGoneIsNoTrouble() {
    directory.touch(aKey().of(project).build());
    directory.flushTouched();
    assertThat(keys.find(tenant, new KeyId(SampleIds.anId()))).isEmpty();
  }
}
