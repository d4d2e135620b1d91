package dev.tollgate.application.ledger;

import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Bound;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.pricing.Seller;
import dev.tollgate.domain.pricing.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// One call at a provider that chooses the tier by itself: what it can cost, and what it costs.
final class SimulatedTariff {
  private static final String[] TIERS = {"flex", "priority"};
  private static final Price PRICE = price();
  private static final int INPUT = 5;

  private final Random random;
  private final int cap;

  SimulatedTariff(Random random) {
    this.random = random;
    this.cap = random.nextInt(10);
  }

  /// A few nano-dollars a token; another tier costs twice or half as much.
  private static Price price() {
    List<Rate> rates = new ArrayList<>();
    for (Component component : List.of(Component.INPUT, Component.OUTPUT)) {
      rates.add(new Rate(component, Rate.Unit.MTOK, Rate.Conditions.ALWAYS, 4_000));
      rates.add(
          new Rate(component, Rate.Unit.MTOK, new Rate.Conditions(0, "priority", null), 8_000));
      rates.add(new Rate(component, Rate.Unit.MTOK, new Rate.Conditions(0, "flex", null), 2_000));
    }
    return new Price(
        new PriceId(SampleIds.anId()),
        new Seller.OfKind(ProviderKind.OPENAI),
        "m",
        Instant.EPOCH,
        rates,
        0);
  }

  Money bound() {
    var shape = new Bound.Shape(INPUT, 1, false, false, 0, Bound.Shape.ANY, null);
    return new Bound(PRICE, shape).at(cap);
  }

  /// What the provider charges, at whichever tier it chose.
  Money served() {
    int tier = random.nextInt(TIERS.length + 1);
    Usage usage =
        Usage.builder()
            .set(Component.INPUT, random.nextInt(INPUT + 1))
            .set(Component.OUTPUT, random.nextInt(cap + 1))
            .build();
    return PRICE.cost(usage, tier == TIERS.length ? null : TIERS[tier], null);
  }
}
