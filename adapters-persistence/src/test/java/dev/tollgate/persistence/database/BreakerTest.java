package dev.tollgate.persistence.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.domain.testing.Eventually;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BreakerTest {
  private final Semaphore asked = new Semaphore(0);
  private volatile boolean up;

  private final Breaker breaker =
      new Breaker(
          () -> {
            asked.release();
            return up;
          },
          Duration.ofMillis(5));

  @Test
  void tellsEverybodyAtOnceUntilTheDatabaseIsBack() throws InterruptedException {
    breaker.check();
    breaker.failed();
    breaker.failed();

    assertThatThrownBy(breaker::check).isInstanceOf(StoreUnavailable.class);
    assertThat(asked.tryAcquire(3, 10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(breaker::check).isInstanceOf(StoreUnavailable.class);

    up = true;
    awaitClosed();
    breaker.failed();
    assertThatThrownBy(breaker::check).isInstanceOf(StoreUnavailable.class);
    awaitClosed();
  }

  @Test
  void asksNoMoreOnceItIsClosed() throws InterruptedException {
    breaker.failed();
    assertThat(asked.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    breaker.close();
    awaitClosed();
    asked.drainPermits();

    assertThat(asked.tryAcquire(50, TimeUnit.MILLISECONDS)).isFalse();
  }

  private void awaitClosed() {
    Eventually.holds("the breaker closes", this::isClosed);
  }

  private boolean isClosed() {
    try {
      breaker.check();
      return true;
    } catch (StoreUnavailable e) {
      return false;
    }
  }
}
