package dev.tollgate.persistence.keys;

import static dev.tollgate.domain.keys.SampleKeys.aKey;
import static dev.tollgate.domain.keys.SampleKeys.aSecretOf;
import static dev.tollgate.domain.tenancy.SampleProjects.aProject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.StoredSecret;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.persistence.database.ChangePoll;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingProxy;
import dev.tollgate.persistence.tenancy.PostgresProjects;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A key is read, the answer is on its way, and meanwhile the key is changed and the poll has seen
/// it: what was read must not stay in the cache.
class ReadingWhileChangingTest {
  private final TestingDatabase testing = TestingDatabase.shared();
  private final TenantId tenant = testing.foundTenant();
  private final PostgresVirtualKeys keys = new PostgresVirtualKeys(testing.database());
  private final PostgresProjects projects = new PostgresProjects(testing.database());
  private final TestingProxy proxy = TestingProxy.start();
  private final Database database = new Database(proxy.config());
  private final CachedKeyDirectory directory = new CachedKeyDirectory(database);
  private final ChangePoll poll = new ChangePoll(testing.database(), List.of(directory));
  private final Project project = aProject(tenant, projects.rootOf(tenant));
  private final VirtualKey key = aKey().of(project).build();
  private final StoredSecret secret = aSecretOf(key);

  @BeforeEach
  void addAKey() {
    projects.add(project);
    keys.add(key, secret);
    // Makes a connection; what was read is forgotten when the poll finds that the key was added.
    directory.find(secret.id());
    poll.run();
  }

  @AfterEach
  void stop() {
    proxy.release();
    database.close();
    proxy.close();
  }

  private void readWhile(Runnable change) throws Exception {
    proxy.hold();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<@Nullable KnownKey> reading = executor.submit(() -> directory.find(secret.id()));
      assertThat(proxy.isHolding()).isTrue();
      change.run();
      Future<?> polling = executor.submit(poll);
      Thread.sleep(200);
      proxy.release();
      reading.get();
      polling.get();
    }
  }

  @Test
  void aRevocationIsNotMissed() throws Exception {
    readWhile(() -> keys.update(tenant, key.id(), each -> each.in(VirtualKey.State.REVOKED)));
    assertThat(directory.find(secret.id()))
        .extracting(found -> found.key().state())
        .isEqualTo(VirtualKey.State.REVOKED);
  }

  @Test
  void aChangeOfTheProjectIsNotMissed() throws Exception {
    readWhile(
        () ->
            projects.update(
                project.tenant(),
                project.id(),
                now -> now.renamed("x", Capture.NONE, Retention.DAYS_7)));
    assertThat(directory.find(secret.id())).extracting(KnownKey::capture).isEqualTo(Capture.NONE);
  }
}
