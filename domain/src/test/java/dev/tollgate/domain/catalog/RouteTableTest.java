package dev.tollgate.domain.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RouteTableTest {
  private static final TenantId TENANT = new TenantId(new UUID(0, 1));
  private final Provider provider =
      new Provider(
          new ProviderId(new UUID(0, 2)),
          TENANT,
          "p",
          ProviderKind.SIMULATED,
          null,
          false,
          Provider.Options.NONE,
          Instant.EPOCH);

  @Test
  void sharesCallsByWeightWithinAPriority() {
    RouteTable.Route route =
        route(deployment("a", 0, 3), deployment("b", 0, 1), deployment("c", 1, 9));
    Random random = new Random(11);
    int first = 0;
    for (int i = 0; i < 10_000; i++) {
      List<Target> order = route.order(random);
      assertThat(order).hasSize(3);
      assertThat(order.getLast().deployment().model()).isEqualTo("c");
      first += order.getFirst().deployment().model().equals("a") ? 1 : 0;
    }
    assertThat(first).isBetween(7_200, 7_800);
  }

  @Test
  void aDeploymentOfWeightZeroIsTriedLast() {
    RouteTable.Route route = route(deployment("a", 0, 0), deployment("b", 0, 1));
    Random random = new Random(12);
    for (int i = 0; i < 100; i++) {
      assertThat(route.order(random).getFirst().deployment().model()).isEqualTo("b");
    }
  }

  private RouteTable.Route route(Deployment... deployments) {
    Model model =
        new Model(new ModelId(new UUID(0, 3)), TENANT, "m", List.of(deployments), Instant.EPOCH);
    RouteTable.Route route =
        new RouteTable(List.of(model), Map.of(provider.id(), provider)).find("m");
    assertThat(route).isNotNull();
    return route;
  }

  private Deployment deployment(String model, int priority, int weight) {
    return new Deployment(provider.id(), model, null, priority, weight, null);
  }
}
