package dev.tollgate.domain.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MoneyTest {
  @Test
  void printsTwoToNineDecimals() {
    assertThat(new Money(0).usd()).isEqualTo("0.00");
    assertThat(new Money(1).usd()).isEqualTo("0.000000001");
    assertThat(new Money(25_000_000_000L).usd()).isEqualTo("25.00");
    assertThat(new Money(-312_000).usd()).isEqualTo("-0.000312");
  }

  @Test
  void readsWhatItPrints() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      Money money = new Money(random.nextLong());
      assertThat(Money.parseUsd(money.usd())).isEqualTo(money);
    }
  }

  @Test
  void refusesFractionsOfANanoDollar() {
    assertThatThrownBy(() -> Money.parseUsd("0.0000000001"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Money.parseUsd("ten")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sumsOfAMillionRandomAmountsAreExact() {
    Random random = new Random(2);
    Money sum = Money.ZERO;
    BigInteger exact = BigInteger.ZERO;
    for (int i = 0; i < 1_000_000; i++) {
      long nanos = random.nextLong(1_000_000_000L);
      sum = sum.plus(new Money(nanos));
      exact = exact.add(BigInteger.valueOf(nanos));
    }
    assertThat(sum.nanos()).isEqualTo(exact.longValueExact());
  }

  @Test
  void overflowIsAnErrorAndNeverWraps() {
    assertThatThrownBy(() -> new Money(Long.MAX_VALUE).plus(new Money(1)))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> new Money(Long.MIN_VALUE).minus(new Money(1)))
        .isInstanceOf(ArithmeticException.class);
  }
}
