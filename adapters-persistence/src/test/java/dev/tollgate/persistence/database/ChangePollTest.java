package dev.tollgate.persistence.database;

import static dev.tollgate.domain.catalog.SampleCatalog.aDeployment;
import static dev.tollgate.domain.catalog.SampleCatalog.aModel;
import static dev.tollgate.domain.catalog.SampleCatalog.aPrice;
import static dev.tollgate.domain.catalog.SampleCatalog.aProvider;
import static dev.tollgate.domain.keys.SampleKeys.aKey;
import static dev.tollgate.domain.keys.SampleKeys.aSecretOf;
import static dev.tollgate.domain.tenancy.SampleProjects.aProject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.persistence.catalog.CachedRoutes;
import dev.tollgate.persistence.catalog.PostgresCatalog;
import dev.tollgate.persistence.catalog.PostgresFactsOfModels;
import dev.tollgate.persistence.catalog.PostgresPrices;
import dev.tollgate.persistence.keys.CachedKeyDirectory;
import dev.tollgate.persistence.keys.PostgresVirtualKeys;
import dev.tollgate.persistence.tenancy.PostgresProjects;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangePollTest {
  private final TestingDatabase testing = TestingDatabase.shared();
  private final TenantId tenant = testing.foundTenant();
  private final PostgresCatalog catalog = new PostgresCatalog(testing.database());
  private final Told told = new Told();

  private final TestingProxy proxy = TestingProxy.start();
  private final Database database = new Database(proxy.config());
  private final PostgresCatalog distant = new PostgresCatalog(database);
  private final CachedRoutes routes =
      new CachedRoutes(distant, new PostgresPrices(database), new PostgresFactsOfModels(database));

  @AfterEach
  void stop() {
    proxy.restore();
    database.close();
    proxy.close();
  }

  /// Remembers the changes of its tenant that it was told of.
  private final class Told implements ChangePoll.Listener {
    private final List<String> changes = new ArrayList<>();
    private boolean everything;

    @Override
    public void changed(ChangePoll.Change change) {
      if (change.tenant().equals(tenant)) {
        changes.add(change.kind() + " " + change.subject());
      }
    }

    @Override
    public void everythingMayHaveChanged() {
      everything = true;
    }
  }

  @Test
  void everyKindOfChangeIsToldOnce() {
    ChangePoll poll = new ChangePoll(testing.database(), List.of(told));
    PostgresProjects projects = new PostgresProjects(testing.database());
    PostgresVirtualKeys keys = new PostgresVirtualKeys(testing.database());
    Project project = aProject(tenant, projects.rootOf(tenant));
    projects.add(project);
    VirtualKey key = aKey().of(project).build();
    keys.add(key, aSecretOf(key));
    keys.update(tenant, key.id(), each -> each.in(VirtualKey.State.DISABLED));
    projects.update(tenant, project.id(), Project::archive);
    Provider provider = aProvider(tenant, "mock");
    catalog.addProvider(provider, null);
    catalog.addModel(aModel(tenant, "gpt-x", aDeployment(provider)));
    new PostgresPrices(testing.database()).put(tenant, aPrice("openai", "gpt-x", Instant.EPOCH, 1));
    poll.run();
    poll.run();
    assertThat(told.changes)
        .containsExactlyInAnyOrder(
            "key " + key.id().value(),
            "key " + key.id().value(),
            "project " + project.id().value(),
            "catalogue provider",
            "catalogue model",
            "catalogue price");
    assertThat(told.everything).isFalse();
  }

  @Test
  void theUseOfAKeyIsNoChange() {
    PostgresProjects projects = new PostgresProjects(testing.database());
    Project project = aProject(tenant, projects.rootOf(tenant));
    projects.add(project);
    VirtualKey key = aKey().of(project).build();
    new PostgresVirtualKeys(testing.database()).add(key, aSecretOf(key));
    ChangePoll poll = new ChangePoll(testing.database(), List.of(told));
    poll.run();
    told.changes.clear();
    CachedKeyDirectory directory = new CachedKeyDirectory(testing.database());
    directory.touch(key);
    directory.flushTouched();
    poll.run();
    assertThat(told.changes).isEmpty();
  }

  @Test
  void aNewModelIsRoutedAfterAPoll() {
    ChangePoll poll = new ChangePoll(testing.database(), List.of(routes));
    assertThat(routes.current(tenant).routes().find("gpt-x")).isNull();
    Provider provider = aProvider(tenant, "mock");
    catalog.addProvider(provider, null);
    catalog.addModel(aModel(tenant, "gpt-x", aDeployment(provider)));
    new PostgresPrices(testing.database()).put(tenant, aPrice("openai", "gpt-x", Instant.EPOCH, 1));
    poll.run();
    assertThat(routes.current(tenant).routes().find("gpt-x")).isNotNull();
    assertThat(routes.current(tenant).prices().find(provider, "gpt-x", Instant.now())).isNotNull();
  }

  @Test
  void theLastCatalogueStaysInUseWhileTheDatabaseIsOutOfReach() {
    ChangePoll poll = new ChangePoll(database, List.of(routes));
    Provider provider = aProvider(tenant, "mock");
    catalog.addProvider(provider, null);
    catalog.addModel(aModel(tenant, "gpt-x", aDeployment(provider)));
    assertThat(routes.current(tenant).routes().all()).hasSize(1);
    proxy.refuse();
    catalog.addModel(aModel(tenant, "gpt-y", aDeployment(provider)));
    poll.run();
    assertThat(routes.current(tenant).routes().all()).hasSize(1);
    assertThatThrownBy(() -> routes.current(testing.foundTenant()))
        .isInstanceOf(StoreUnavailable.class);
    proxy.restore();
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (routes.current(tenant).routes().all().size() < 2) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      poll.run();
    }
  }
}
