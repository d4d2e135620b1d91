package dev.tollgate.domain.pricing;

import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.rules.BrokenRule;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One dated price of a canonical model at a provider (or at every provider of a kind). It holds
/// from `effectiveFrom` until the next price of the same seller and model begins.
///
/// @param discountBasisPoints hundredths of a percent taken off every rate, 0 to 10,000
public record Price(
    PriceId id,
    Seller seller,
    String model,
    Instant effectiveFrom,
    List<Rate> rates,
    int discountBasisPoints) {
  private static final BigInteger FULL = BigInteger.valueOf(10_000);

  public Price {
    rates = List.copyOf(rates);
    if (discountBasisPoints < 0 || discountBasisPoints > 10_000) {
      throw BrokenRule.of("discount_percent", "must be between 0 and 100");
    }
  }

  /// What the usage costs. The only place where cost is computed, and the only rounding: half up,
  /// once, to the nano-dollar, over the sum of all components. Never throws: what is beyond
  /// [Bound#HIGHEST] is that.
  public Money cost(Usage usage, @Nullable String serviceTier, @Nullable String region) {
    var met = new Rate.Circumstances(usage.inputTokens(), serviceTier, region);
    // Thousandths of a nano-dollar: tokens x micro-dollars per million tokens.
    long sum = 0;
    for (Component component : Component.ALL) {
      long count = usage.count(component);
      if (count != 0) {
        Rate rate = rate(component, met);
        if (rate != null) {
          sum = plus(sum, times(count, rate.perCount()));
        }
      }
    }
    return amount(sum);
  }

  /// Whether it has a rate for one service tier only.
  public boolean knowsTiers() {
    return rates.stream().anyMatch(rate -> rate.when().serviceTier() != null);
  }

  /// Whether it has a rate for one region only.
  public boolean knowsRegions() {
    return rates.stream().anyMatch(rate -> rate.when().region() != null);
  }

  /// Whether it has a rate for that region only.
  public boolean knowsRegion(String region) {
    return rates.stream().anyMatch(rate -> region.equals(rate.when().region()));
  }

  /// Thousandths of a nano-dollar as money, the discount taken off; at most [Bound#HIGHEST].
  Money amount(long thousandths) {
    if (thousandths == Long.MAX_VALUE) {
      return Bound.HIGHEST;
    }
    Money amount =
        discountBasisPoints == 0
            ? new Money(thousandths / 1_000 + (thousandths % 1_000 >= 500 ? 1 : 0))
            : new Money(discounted(thousandths));
    return amount.compareTo(Bound.HIGHEST) < 0 ? amount : Bound.HIGHEST;
  }

  /// The product of two numbers that are not negative, or the largest number there is.
  static long times(long a, long b) {
    long product = a * b;
    return Math.multiplyHigh(a, b) != 0 || product < 0 ? Long.MAX_VALUE : product;
  }

  /// The sum of two numbers that are not negative, or the largest number there is.
  static long plus(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /// The rate that applies to a component, that of its fallback when it has none, or null when
  /// neither is priced (a tool that the provider does not bill).
  public @Nullable Rate rate(Component component, Rate.Circumstances met) {
    for (Component c = component; c != null; c = c.fallback()) {
      Rate best = null;
      for (int i = 0; i < rates.size(); i++) {
        Rate rate = rates.get(i);
        if (rate.component() == c
            && rate.when().hold(met)
            && (best == null || rate.when().beats(best.when()))) {
          best = rate;
        }
      }
      if (best != null) {
        return best;
      }
    }
    return null;
  }

  private long discounted(long thousandths) {
    BigInteger divisor = FULL.multiply(BigInteger.valueOf(1_000));
    BigInteger amount =
        BigInteger.valueOf(thousandths).multiply(BigInteger.valueOf(10_000L - discountBasisPoints));
    return amount.add(divisor.shiftRight(1)).divide(divisor).longValueExact();
  }
}
