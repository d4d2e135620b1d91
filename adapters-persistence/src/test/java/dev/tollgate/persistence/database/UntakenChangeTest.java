package dev.tollgate.persistence.database;

import static dev.tollgate.domain.catalog.SampleCatalog.aDeployment;
import static dev.tollgate.domain.catalog.SampleCatalog.aModel;
import static dev.tollgate.domain.catalog.SampleCatalog.aProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.persistence.catalog.CachedRoutes;
import dev.tollgate.persistence.catalog.PostgresCatalog;
import dev.tollgate.persistence.catalog.PostgresFactsOfModels;
import dev.tollgate.persistence.catalog.PostgresPrices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The poll has noticed a change, and a cache cannot take it in at that moment.
class UntakenChangeTest {
  private final TestingDatabase testing = TestingDatabase.shared();
  private final TenantId tenant = testing.foundTenant();
  private final PostgresCatalog catalog = new PostgresCatalog(testing.database());

  /// A cache that cannot take in the first change of its tenant.
  private final class Stumbling implements ChangePoll.Listener {
    private final List<String> changes = new ArrayList<>();
    private boolean stumbled;

    @Override
    public void changed(ChangePoll.Change change) {
      if (change.tenant().equals(tenant)) {
        if (!stumbled) {
          stumbled = true;
          throw new StoreUnavailable("scripted", new IllegalStateException());
        }
        changes.add(change.subject());
      }
    }

    @Override
    public void everythingMayHaveChanged() {}
  }

  @Test
  void itIsToldAgainAtTheNextPoll() {
    Stumbling cache = new Stumbling();
    ChangePoll poll = new ChangePoll(testing.database(), List.of(cache));
    catalog.addProvider(aProvider(tenant, "mock"), null);
    poll.run();
    poll.run();
    poll.run();
    assertThat(cache.changes).containsExactly("provider");
  }

  @Test
  void theCatalogueIsReadAgainOnceItCanBe() {
    try (TestingProxy proxy = TestingProxy.start();
        Database database = new Database(proxy.config())) {
      PostgresCatalog distant = new PostgresCatalog(database);
      CachedRoutes routes =
          new CachedRoutes(
              distant, new PostgresPrices(database), new PostgresFactsOfModels(database));
      ChangePoll poll = new ChangePoll(testing.database(), List.of(routes));
      Provider provider = aProvider(tenant, "mock");
      catalog.addProvider(provider, null);
      assertThat(routes.current(tenant).routes().all()).isEmpty();
      proxy.refuse();
      catalog.addModel(aModel(tenant, "gpt-x", aDeployment(provider)));
      poll.run();
      assertThat(routes.current(tenant).routes().all()).isEmpty();
      proxy.restore();
      long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      while (routes.current(tenant).routes().all().isEmpty()) {
        assertThat(System.nanoTime()).as("within 5 s").isLessThan(deadline);
        poll.run();
      }
    }
  }
}
