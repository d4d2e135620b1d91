package dev.tollgate.domain.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.SampleCatalog;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.pricing.Rate.Conditions;
import dev.tollgate.domain.pricing.Rate.Unit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PriceTest {
  private static final Seller OPENAI = new Seller.OfKind(ProviderKind.OPENAI);
  private static final Seller ANTHROPIC = new Seller.OfKind(ProviderKind.ANTHROPIC);
  private static final Provider ANYONE = SampleCatalog.aProvider(SampleIds.aTenant(), "anyone");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void pricesTheFourClassesSeparately() {
    Price price =
        price(
            rate(Component.INPUT, 1_000_000),
            rate(Component.CACHED_INPUT, 100_000),
            rate(Component.CACHE_WRITE, 1_250_000),
            rate(Component.OUTPUT, 2_000_000));
    Usage usage =
        Usage.builder()
            .set(Component.INPUT, 700)
            .set(Component.CACHED_INPUT, 200)
            .set(Component.CACHE_WRITE_5M, 100)
            .set(Component.OUTPUT, 30)
            .set(Component.REASONING, 20)
            .build();
    assertThat(price.cost(usage, null, null).usd()).isEqualTo("0.000945");
  }

  @Test
  void theLongPromptTierHoldsForTheWholeRequest() {
    Price price =
        price(
            rate(Component.INPUT, 2_000_000),
            rate(Component.OUTPUT, 10_000_000),
            rate(Component.INPUT, 4_000_000, 272_001, null),
            rate(Component.OUTPUT, 15_000_000, 272_001, null));
    assertThat(price.cost(tokens(272_000, 10), null, null).usd()).isEqualTo("0.5441");
    assertThat(price.cost(tokens(272_001, 10), null, null).usd()).isEqualTo("1.088154");
  }

  @Test
  void cachedTokensCountTowardsThePromptLength() {
    Price price =
        price(rate(Component.INPUT, 100_000), rate(Component.INPUT, 500_000, 100_001, null));
    Usage usage =
        Usage.builder().set(Component.INPUT, 1).set(Component.CACHED_INPUT, 100_000).build();
    assertThat(price.cost(usage, null, null).nanos()).isEqualTo(50_000_500);
  }

  @Test
  void aNamedServiceTierWinsOverALongPrompt() {
    Price price =
        price(
            rate(Component.INPUT, 2_000_000),
            rate(Component.INPUT, 4_000_000, 10, null),
            rate(Component.INPUT, 1_000_000, 0, "flex"),
            rate(Component.INPUT, 2_000_000, 10, "flex"));
    assertThat(price.cost(tokens(10, 0), null, null).nanos()).isEqualTo(40_000);
    assertThat(price.cost(tokens(9, 0), "flex", null).nanos()).isEqualTo(9_000);
    assertThat(price.cost(tokens(10, 0), "flex", null).nanos()).isEqualTo(20_000);
    assertThat(price.cost(tokens(9, 0), "unheard-of", null).nanos()).isEqualTo(18_000);
  }

  @Test
  void toolCallsArePricedByTheCall() {
    Price price = price(new Rate(Component.WEB_SEARCH, Unit.CALL, Conditions.ALWAYS, 10_000));
    Usage usage = Usage.builder().set(Component.WEB_SEARCH, 3).build();
    assertThat(price.cost(usage, null, null).usd()).isEqualTo("0.03");
  }

  @Test
  void smallestPricesAreNotLost() {
    Price price = price(rate(Component.INPUT, 20_000));
    assertThat(price.cost(tokens(1, 0), null, null).nanos()).isEqualTo(20);
  }

  @Test
  void roundsHalfUpOnceOverTheSum() {
    Price price = price(rate(Component.INPUT, 250), rate(Component.OUTPUT, 250));
    assertThat(price.cost(tokens(1, 1), null, null).nanos()).isEqualTo(1);
    assertThat(price.cost(tokens(1, 0), null, null).nanos()).isZero();
  }

  @Test
  void equalsExactDecimalArithmeticForRandomTables() {
    Random random = new Random(9);
    for (int i = 0; i < 10_000; i++) {
      List<Rate> rates = new ArrayList<>();
      Usage.Builder usage = Usage.builder();
      BigDecimal exact = BigDecimal.ZERO;
      int discount = random.nextBoolean() ? 0 : random.nextInt(10_001);
      for (Component component : Component.values()) {
        if (component == Component.INPUT || component == Component.OUTPUT || random.nextBoolean()) {
          long micros = random.nextLong(200_000_000L);
          long count = random.nextLong(2_000_000L);
          rates.add(rate(component, micros));
          usage.set(component, count);
          exact =
              exact.add(
                  BigDecimal.valueOf(micros).multiply(BigDecimal.valueOf(count)).movePointLeft(3));
        }
      }
      exact =
          exact
              .multiply(BigDecimal.valueOf(10_000 - discount))
              .movePointLeft(4)
              .setScale(0, RoundingMode.HALF_UP);
      Price price = new Price(new PriceId(new UUID(0, 0)), OPENAI, "m", START, rates, discount);
      assertThat(price.cost(usage.build(), null, null).nanos()).isEqualTo(exact.longValueExact());
    }
  }

  @Test
  void aNegativeReportIsReadAsNothing() {
    assertThat(Usage.builder().set(Component.INPUT, -5).build().inputTokens()).isZero();
  }

  @Test
  void whatNoLedgerCanHoldCostsTheHighestAmount() {
    Price price = price(rate(Component.INPUT, 1_000_000_000_000L));
    assertThat(price.cost(tokens(Long.MAX_VALUE, 0), null, null)).isEqualTo(Bound.HIGHEST);
  }

  @Test
  void aPromotionThatEndsIsTwoPrices() {
    Price promotion = dated("2026-08-21T00:00:00Z", 4_000_000);
    Price list = dated("2026-11-22T00:00:00Z", 5_000_000);
    PriceBook book = new PriceBook(List.of(List.of(promotion, list)));
    assertThat(book.find(ANYONE, "m", Instant.parse("2026-11-21T23:59:59Z"))).isEqualTo(promotion);
    assertThat(book.find(ANYONE, "m", Instant.parse("2026-11-22T00:00:00Z"))).isEqualTo(list);
    assertThat(book.find(ANYONE, "m", Instant.parse("2026-08-20T00:00:00Z"))).isNull();
  }

  @Test
  void theNamedProviderWinsOverItsKindAndAModelOverTheStar() {
    Provider one = SampleCatalog.aProvider(SampleIds.aTenant(), "one");
    Price ofKind = seller(OPENAI, "m");
    Price star = seller(OPENAI, "*");
    Price own = seller(new Seller.OfProvider(one.id()), "m");
    PriceBook book = new PriceBook(List.of(List.of(ofKind, star, own)));
    assertThat(book.find(one, "m", START)).isEqualTo(own);
    assertThat(book.find(ANYONE, "m", START)).isEqualTo(ofKind);
    assertThat(book.find(ANYONE, "other", START)).isEqualTo(star);
    PriceBook others = new PriceBook(List.of(List.of(seller(ANTHROPIC, "m"))));
    assertThat(others.find(ANYONE, "m", START)).isNull();
  }

  private static Usage tokens(long input, long output) {
    return Usage.builder().set(Component.INPUT, input).set(Component.OUTPUT, output).build();
  }

  private static Rate rate(Component component, long micros) {
    return new Rate(component, Unit.MTOK, Conditions.ALWAYS, micros);
  }

  private static Rate rate(Component component, long micros, long min, @Nullable String tier) {
    return new Rate(component, Unit.MTOK, new Conditions(min, tier, null), micros);
  }

  private static Price price(Rate... rates) {
    return new Price(new PriceId(new UUID(0, 1)), OPENAI, "m", START, List.of(rates), 0);
  }

  private static Price dated(String from, long micros) {
    return new Price(
        new PriceId(new UUID(0, micros)),
        OPENAI,
        "m",
        Instant.parse(from),
        List.of(rate(Component.INPUT, micros)),
        0);
  }

  private static Price seller(Seller seller, String model) {
    return new Price(
        new PriceId(new UUID(0, seller.hashCode() + model.hashCode())),
        seller,
        model,
        START,
        List.of(rate(Component.INPUT, 1)),
        0);
  }
}
