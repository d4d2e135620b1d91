package dev.tollgate.domain.money;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// An amount in US dollars, counted in whole nano-dollars (10^-9). A `long` of them reaches 9.2
/// billion dollars, and the smallest listed price (0.02 dollars a million tokens) is still 20
/// nano-dollars a token. Arithmetic is exact and throws [ArithmeticException] on overflow.
public record Money(long nanos) implements Comparable<Money> {
  public static final Money ZERO = new Money(0);

  /// Reads a decimal amount of dollars, such as `25.00`, with up to nine decimals.
  ///
  /// @throws IllegalArgumentException when it is not such an amount
  public static Money parseUsd(String text) {
    if (!text.matches("-?[0-9]{1,10}(\\.[0-9]{1,18})?")) {
      throw new IllegalArgumentException("must be a dollar amount with at most 9 decimals");
    }
    try {
      return new Money(new BigDecimal(text).movePointRight(9).longValueExact());
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("must be a dollar amount with at most 9 decimals", e);
    }
  }

  public Money plus(Money other) {
    return new Money(Math.addExact(nanos, other.nanos));
  }

  /// The sum, or the largest amount there is when the sum is beyond it. For sums that only decide
  /// whether something fits.
  public Money plusAtMost(Money other) {
    long sum = nanos + other.nanos;
    boolean overflows = ((nanos ^ sum) & (other.nanos ^ sum)) < 0;
    return overflows ? new Money(nanos < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : new Money(sum);
  }

  /// The difference, or the largest or smallest amount there is when it is beyond them.
  public Money minusAtMost(Money other) {
    long rest = nanos - other.nanos;
    boolean overflows = ((nanos ^ other.nanos) & (nanos ^ rest)) < 0;
    return overflows ? new Money(nanos < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : new Money(rest);
  }

  public Money minus(Money other) {
    return new Money(Math.subtractExact(nanos, other.nanos));
  }

  /// Decimal dollars with two to nine decimals: `0.000312`, `25.00`.
  public String usd() {
    BigDecimal amount = BigDecimal.valueOf(nanos, 9).stripTrailingZeros();
    return amount.setScale(Math.max(2, amount.scale()), RoundingMode.UNNECESSARY).toPlainString();
  }

  @Override
  public int compareTo(Money other) {
    return Long.compare(nanos, other.nanos);
  }
}
