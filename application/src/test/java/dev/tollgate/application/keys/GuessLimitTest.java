package dev.tollgate.application.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.SecretId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.SampleProjects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GuessLimitTest {
  private static final byte PROXY = (byte) 254;
  private static final SecretId SECRET = SecretId.of(1);
  private static final KnownKey KEY = known();

  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private final GuessLimit limit = new GuessLimit(now::get, from -> from[3] == PROXY);

  private static KnownKey known() {
    Project project =
        SampleProjects.aProject(SampleIds.aTenant(), new BusinessUnitId(SampleIds.anId()));
    VirtualKey key = SampleKeys.aKey().of(project).build();
    return new KnownKey(SampleKeys.aSecretOf(key), key, project);
  }

  private boolean isAllowed(int from, SecretId secret, Supplier<@Nullable KnownKey> lookUp) {
    byte[] address = {127, 0, 0, (byte) from};
    return limit.look(address, secret, lookUp).allowed();
  }

  private boolean wrong(int from) {
    return isAllowed(
        from,
        SECRET,
        () -> {
          asked.incrementAndGet();
          return null;
        });
  }

  @Test
  void anAddressMayBeWrongFiftyTimesASecond() {
    for (int i = 0; i < 1_000; i++) {
      wrong(1);
    }
    assertThat(asked).hasValue(50);
    assertThat(wrong(2)).isTrue();

    now.addAndGet(Duration.ofSeconds(1).toNanos());

    assertThat(wrong(1)).isTrue();
  }

  @Test
  void whoIsRightIsNotCounted() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(isAllowed(1, SecretId.of(i + 10), () -> KEY)).isTrue();
    }
    assertThat(wrong(1)).isTrue();
  }

  @Test
  void whoWasRightBeforeMayAlwaysAsk() {
    SecretId good = SecretId.of(2);
    assertThat(isAllowed(1, good, () -> KEY)).isTrue();
    for (int i = 0; i < 100; i++) {
      wrong(1);
    }

    assertThat(wrong(1)).isFalse();
    assertThat(isAllowed(1, good, () -> KEY)).isTrue();
  }

  @Test
  void allTogetherMayBeWrongThreeHundredTimes() {
    for (int i = 0; i < 10_000; i++) {
      wrong(i % 250);
    }
    assertThat(asked).hasValue(300);
  }

  /// Callers behind one proxy are told apart.
  @Test
  void aProxyMayBeWrongAsOftenAsAllTogether() {
    for (int i = 0; i < 1_000; i++) {
      wrong(PROXY);
    }
    assertThat(asked).hasValue(300);
  }

  @Test
  void whatCouldNotBeLookedUpIsNotCounted() {
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(
              () ->
                  isAllowed(
                      1,
                      SECRET,
                      () -> {
                        throw new IllegalStateException("away");
                      }))
          .hasMessage("away");
    }
    assertThat(wrong(1)).isTrue();
  }

  /// A fleet that starts at once behind one address is not taken for somebody who guesses.
  @Test
  void manyGoodOnesAtOnceAreAllLookedUp() throws Exception {
    assertThat(atOnce(i -> isAllowed(1, SecretId.of(i), () -> slowly(KEY)))).isEqualTo(500);
  }

  @Test
  void manyWrongOnesAtOnceAreNoMoreThanOneAfterTheOther() throws Exception {
    atOnce(
        _ ->
            isAllowed(
                1,
                SECRET,
                () -> {
                  asked.incrementAndGet();
                  return slowly(null);
                }));
    assertThat(asked.get()).isBetween(50, 58);
  }

  private interface Attempt {
    boolean isAllowed(int number);
  }

  private static long atOnce(Attempt attempt) throws Exception {
    List<Future<Boolean>> all = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 500; i++) {
        int number = i;
        all.add(executor.submit(() -> attempt.isAllowed(number)));
      }
    }
    long allowed = 0;
    for (Future<Boolean> each : all) {
      allowed += each.get() ? 1 : 0;
    }
    return allowed;
  }

  private static @Nullable KnownKey slowly(@Nullable KnownKey key) {
    try {
      Thread.sleep(2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return key;
  }
}
