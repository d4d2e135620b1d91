package dev.tollgate.application.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.keys.SecretId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GuessLimitTest {
  private static final SecretId WRONG = SecretId.of(1);

  private final AtomicLong now = new AtomicLong();
  private final GuessLimit limit = new GuessLimit(now::get);

  @Test
  void anAddressMayBeWrongFiftyTimesASecond() {
    int asked = 0;
    for (int i = 0; i < 1_000; i++) {
      if (limit.mayAsk(address(1), WRONG)) {
        asked++;
      }
    }
    assertThat(asked).isEqualTo(50);
    assertThat(limit.mayAsk(address(2), WRONG)).isTrue();

    now.addAndGet(Duration.ofSeconds(1).toNanos());

    assertThat(limit.mayAsk(address(1), WRONG)).isTrue();
  }

  @Test
  void whoIsRightIsNotCounted() {
    for (int i = 0; i < 1_000; i++) {
      SecretId good = SecretId.of(i + 10);
      assertThat(limit.mayAsk(address(1), good)).isTrue();
      limit.wasRight(address(1), good);
    }
    assertThat(limit.mayAsk(address(1), WRONG)).isTrue();
  }

  @Test
  void whoWasRightBeforeMayAlwaysAsk() {
    SecretId good = SecretId.of(2);
    assertThat(limit.mayAsk(address(1), good)).isTrue();
    limit.wasRight(address(1), good);
    for (int i = 0; i < 100; i++) {
      limit.mayAsk(address(1), WRONG);
    }

    assertThat(limit.mayAsk(address(1), WRONG)).isFalse();
    assertThat(limit.mayAsk(address(1), good)).isTrue();
  }

  @Test
  void allTogetherMayBeWrongThreeHundredTimes() {
    int asked = 0;
    for (int i = 0; i < 10_000; i++) {
      byte[] from = address(i % 250);
      if (limit.mayAsk(from, WRONG)) {
        asked++;
      }
    }
    assertThat(asked).isEqualTo(300);
  }

  private static byte[] address(int last) {
    return new byte[] {127, 0, 0, (byte) last};
  }
}
