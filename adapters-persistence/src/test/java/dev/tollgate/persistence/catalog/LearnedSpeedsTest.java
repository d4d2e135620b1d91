package dev.tollgate.persistence.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.RouteTable;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.catalog.SampleCatalog;
import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.persistence.database.TestingDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LearnedSpeedsTest {
  private static final TestingDatabase TESTING = TestingDatabase.shared();
  private static final ModelFacts FACTS = ModelFacts.unknown(new ModelFactsId(SampleIds.anId()));

  private final TenantId tenant = TESTING.foundTenant();
  private final Target target = target();
  private final Instant now = Instant.now();

  private Target target() {
    Provider provider = SampleCatalog.aProvider(tenant, "fast");
    var model = SampleCatalog.aModel(tenant, "m", SampleCatalog.aDeployment(provider));
    RouteTable.Route route =
        new RouteTable(List.of(model), Map.of(provider.id(), provider)).find("m");
    assertThat(route).isNotNull();
    return route.order(new Random(1)).getFirst();
  }

  private static LearnedSpeeds another() {
    LearnedSpeeds speeds = new LearnedSpeeds(TESTING.database());
    speeds.run();
    return speeds;
  }

  /// Per deployment, stored, and known to every node and after a restart.
  @Test
  void whatOneNodeHasSeenAllKnow() {
    LearnedSpeeds here = another();
    assertThat(here.topSpeed(target, FACTS, now)).isEqualTo(FACTS.topSpeed());
    here.seen(target, 2 * FACTS.topSpeed(), now);
    here.run();
    LearnedSpeeds there = another();
    assertThat(there.topSpeed(target, FACTS, now)).isEqualTo(2 * FACTS.topSpeed());
    there.seen(target, FACTS.topSpeed() + 1, now);
    there.run();
    assertThat(another().topSpeed(target, FACTS, now))
        .as("a slower stream")
        .isEqualTo(2 * FACTS.topSpeed());
    assertThat(there.topSpeed(target, FACTS, now.plus(Duration.ofDays(30))))
        .as("after 30 days")
        .isEqualTo(FACTS.topSpeed());
  }

  @Test
  void noneIsBelievedThatIsMoreThanFourTimesTheSeed() {
    LearnedSpeeds here = another();
    here.seen(target, 100 * FACTS.topSpeed(), now);
    here.run();
    assertThat(another().topSpeed(target, FACTS, now)).isEqualTo(4 * FACTS.topSpeed());
  }
}
