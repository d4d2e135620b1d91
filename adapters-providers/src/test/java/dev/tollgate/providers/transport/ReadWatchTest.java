package dev.tollgate.providers.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.inference.ModelProvider.Silence;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ReadWatchTest {
  private static final long LONG = Duration.ofMinutes(1).toNanos();
  private static final Silence IGNORED = _ -> {};

  private final CountDownLatch aborted = new CountDownLatch(1);
  private final ReadWatch.Reader reader =
      new ReadWatch.Reader(System.nanoTime() + LONG, IGNORED, aborted::countDown);

  @AfterEach
  void forget() {
    ReadWatch.instance().remove(reader);
  }

  @Test
  void aReadThatTakesTooLongIsBrokenOff() throws InterruptedException {
    ReadWatch.instance().add(reader);
    reader.waits(System.nanoTime(), 1_000_000);

    assertThat(aborted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(reader.isOverdue()).isTrue();
    assertThat(reader.isAtEnd(System.nanoTime())).isFalse();
  }

  @Test
  void aReaderThatIsHurriedHasNoMoreTimeThanThat() throws InterruptedException {
    ReadWatch.instance().add(reader);
    reader.waits(System.nanoTime(), LONG);
    reader.hurry(System.nanoTime(), 1_000_000);
    // A hurried read has no more time than before.
    reader.hurry(System.nanoTime(), LONG);

    assertThat(aborted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(reader.isAtEnd(System.nanoTime())).isTrue();
  }

  @Test
  void whoeverDoesNotWaitIsLeftAlone() throws InterruptedException {
    ReadWatch.instance().add(reader);
    reader.waits(System.nanoTime(), 1_000_000_000);
    reader.goesOn();

    assertThat(aborted.await(1_300, TimeUnit.MILLISECONDS)).isFalse();
  }

  @Test
  void everySilenceIsToldOnceEvenAfterAListenerThatFails() throws InterruptedException {
    Semaphore told = new Semaphore(0);
    ReadWatch.instance().add(reader);
    reader.onSilence(
        _ -> {
          told.release();
          throw new IllegalStateException("planted");
        });
    reader.waits(System.nanoTime(), LONG);
    assertThat(told.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    assertThat(told.tryAcquire(300, TimeUnit.MILLISECONDS)).isFalse();
    reader.waits(System.nanoTime(), LONG);

    assertThat(told.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    assertThat(aborted.getCount()).isEqualTo(1);
  }
}
