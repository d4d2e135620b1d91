package dev.tollgate.domain.pricing;

import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.SampleIds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Prices for tests.
public final class SamplePrices {
  /// Service tiers that prices tell apart.
  static final String[] TIERS = {"flex", "priority", "batch"};

  private SamplePrices() {}

  /// A price with up to three rates for each component, under any conditions, and any discount.
  public static Price any(Random random) {
    return any(random, new Seller.OfKind(ProviderKind.OPENAI));
  }

  /// The same, of a seller.
  public static Price any(Random random, Seller seller) {
    List<Rate> rates = new ArrayList<>();
    for (Component component : Component.values()) {
      int variants = random.nextInt(4);
      for (int i = 0; i < variants; i++) {
        Rate.Conditions when =
            new Rate.Conditions(
                random.nextBoolean() ? 0 : random.nextInt(300_000),
                random.nextInt(3) == 0 ? TIERS[random.nextInt(TIERS.length)] : null,
                random.nextInt(4) == 0 ? "eu" : null);
        rates.add(new Rate(component, component.unit(), when, random.nextLong(100_000_000)));
      }
    }
    int discount = random.nextBoolean() ? 0 : random.nextInt(10_001);
    return new Price(
        new PriceId(SampleIds.anId()), seller, "*", Instant.EPOCH, List.copyOf(rates), discount);
  }
}
