package dev.tollgate.domain.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Bound.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BoundTest {
  private static Price price(int discount, Rate... rates) {
    return new Price(
        new PriceId(SampleIds.anId()),
        new Seller.OfKind(ProviderKind.OPENAI),
        "m",
        Instant.EPOCH,
        List.of(rates),
        discount);
  }

  private static Rate rate(Component component, long micros) {
    return new Rate(component, Rate.Unit.MTOK, Rate.Conditions.ALWAYS, micros);
  }

  private static Shape shape(long input, long choices) {
    return new Shape(input, choices, false, false, 0, null, null);
  }

  @Test
  void countsEveryInputTokenAndTheWholeCapForEachAnswer() {
    Price price = price(0, rate(Component.INPUT, 2_000_000), rate(Component.OUTPUT, 10_000_000));
    assertThat(new Bound(price, shape(1_000, 1)).at(100)).isEqualTo(Money.parseUsd("0.003"));
    assertThat(new Bound(price, shape(1_000, 3)).at(100)).isEqualTo(Money.parseUsd("0.005"));
    assertThat(new Bound(price, shape(1_000, 1)).at(0)).isEqualTo(Money.parseUsd("0.002"));
  }

  @Test
  void takesTheLongPromptsRateOnlyWhenThePromptCanBeThatLong() {
    Rate longer =
        new Rate(
            Component.INPUT, Rate.Unit.MTOK, new Rate.Conditions(272_001, null, null), 4_000_000);
    Price price = price(0, rate(Component.INPUT, 2_000_000), longer);
    assertThat(new Bound(price, shape(272_000, 1)).at(0)).isEqualTo(Money.parseUsd("0.544"));
    assertThat(new Bound(price, shape(272_001, 1)).at(0)).isEqualTo(Money.parseUsd("1.088004"));
  }

  @Test
  void whatIsBeyondEveryBudgetIsBoundedByTheHighest() {
    Price price = price(0, rate(Component.OUTPUT, 75_000_000));
    assertThat(new Bound(price, shape(1, 1L << 30)).at(1L << 40)).isEqualTo(Bound.HIGHEST);
    assertThat(new Bound(price, shape(1, 1)).at(1L << 40)).isLessThanOrEqualTo(Bound.HIGHEST);
  }

  /// For random prices, conditions and requests: nothing that a provider may report within the cap
  /// costs more than the bound.
  @Test
  void neverIsAnActualCostAboveTheBound() {
    Random random = new Random(11);
    for (int i = 0; i < 100_000; i++) {
      Price price = SamplePrices.any(random);
      Shape shape = randomShape(random);
      long cap = random.nextInt(100_000);
      Usage usage = usageWithin(shape, cap, random);
      String served = servedTier(shape.serviceTier(), random);
      Money bound = new Bound(price, shape).at(cap);
      assertThat(price.cost(usage, served, shape.region()))
          .as("price %s, shape %s, cap %s, usage %s", price, shape, cap, usage)
          .isLessThanOrEqualTo(bound);
    }
  }

  @Test
  void theHighestCapWithinAnAmountIsExact() {
    Random random = new Random(12);
    for (int i = 0; i < 2_000; i++) {
      Bound bound = new Bound(SamplePrices.any(random), randomShape(random));
      Money amount = new Money(random.nextLong(5_000_000_000L));
      long cap = bound.capWithin(amount);
      if (cap >= 0) {
        assertThat(bound.at(cap)).isLessThanOrEqualTo(amount);
      }
      if (cap < (1L << 40) - 1) {
        assertThat(bound.at(cap + 1)).isGreaterThan(amount);
      }
    }
  }

  private static @Nullable String servedTier(@Nullable String named, Random random) {
    if (!Shape.ANY.equals(named)) {
      return named;
    }
    int tier = random.nextInt(SamplePrices.TIERS.length + 1);
    return tier == SamplePrices.TIERS.length ? null : SamplePrices.TIERS[tier];
  }

  private static Shape randomShape(Random random) {
    String tier =
        random.nextInt(3) == 0
            ? SamplePrices.TIERS[random.nextInt(SamplePrices.TIERS.length)]
            : null;
    return new Shape(
        random.nextInt(600_000),
        1 + random.nextInt(4),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(5),
        random.nextInt(4) == 0 ? Shape.ANY : tier,
        random.nextBoolean() ? "eu" : null);
  }

  /// What a provider may report for a request of this shape.
  private static Usage usageWithin(Shape shape, long cap, Random random) {
    Usage.Builder usage = Usage.builder();
    long input = shape.inputTokens();
    List<Component> in = new ArrayList<>(List.of(Component.INPUT, Component.CACHED_INPUT));
    if (shape.cacheWrites()) {
      in.addAll(List.of(Component.CACHE_WRITE_5M, Component.CACHE_WRITE_30M));
      in.addAll(List.of(Component.CACHE_WRITE_1H, Component.CACHE_WRITE));
    }
    in.add(Component.IMAGE_INPUT);
    if (shape.otherMedia()) {
      in.add(Component.AUDIO_INPUT);
    }
    for (Component component : in) {
      long part = input == 0 ? 0 : random.nextLong(input + 1);
      usage.set(component, part);
      input -= part;
    }
    long output = cap * shape.choices();
    List<Component> out = new ArrayList<>(List.of(Component.OUTPUT, Component.REASONING));
    if (shape.otherMedia()) {
      out.addAll(List.of(Component.AUDIO_OUTPUT, Component.IMAGE_OUTPUT));
    }
    for (Component component : out) {
      long part = output == 0 ? 0 : random.nextLong(output + 1);
      usage.set(component, part);
      output -= part;
    }
    long counted = shape.inputTokens() - input + cap * shape.choices() - output;
    usage.set(Component.AUDIO_SECONDS, counted == 0 ? 0 : random.nextLong(counted + 1));
    long searches = shape.toolCalls() == 0 ? 0 : random.nextLong(shape.toolCalls() + 1);
    usage.set(Component.WEB_SEARCH, searches);
    usage.set(Component.FILE_SEARCH, shape.toolCalls() - searches);
    return usage.build();
  }
}
