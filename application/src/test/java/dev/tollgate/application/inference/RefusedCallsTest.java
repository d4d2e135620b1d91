package dev.tollgate.application.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RefusedCallsTest {
  private final List<CallRecord> written = new ArrayList<>();
  private final AtomicLong now = new AtomicLong();
  private boolean calm = true;
  private final RefusedCalls refused = new RefusedCalls(new Journal(), now::get);

  @Test
  void theFirstFewOfAKeyHaveRowsOfTheirOwn() {
    VirtualKey key = SampleKeys.aKey().build();
    for (int i = 0; i < 100; i++) {
      assertThat(refused.add(of(key, "a", "insufficient_quota"))).isEqualTo(i < 5);
    }
    assertThat(written).hasSize(5);

    later(Duration.ofSeconds(61));

    assertThat(written).hasSize(6);
    assertThat(written.getLast().times()).isEqualTo(95);
    assertThat(calls()).isEqualTo(100);
  }

  @Test
  void nothingIsWrittenBeforeTheMinuteIsOver() {
    VirtualKey key = SampleKeys.aKey().build();
    for (int i = 0; i < 10; i++) {
      refused.add(of(key, "a", "insufficient_quota"));
    }

    later(Duration.ofSeconds(59));

    assertThat(written).hasSize(5);
  }

  @Test
  void codesAndKeysAreToldApart() {
    VirtualKey first = SampleKeys.aKey().build();
    VirtualKey second = SampleKeys.aKey().build();
    for (int i = 0; i < 7; i++) {
      refused.add(of(first, "a", "insufficient_quota"));
      refused.add(of(first, "a", "model_not_found"));
      refused.add(of(second, "a", "insufficient_quota"));
    }

    later(Duration.ofMinutes(2));

    assertThat(written).hasSize(18);
    assertThat(calls()).isEqualTo(21);
  }

  @Test
  void ofStrangersOneAMinuteHasARow() {
    for (int i = 0; i < 50; i++) {
      refused.add(of(null, "10.0.0.1", "invalid_api_key"));
      refused.add(of(null, "10.0.0.2", "invalid_api_key"));
    }
    assertThat(written).hasSize(2);

    later(Duration.ofMinutes(2));

    assertThat(written).hasSize(4);
    assertThat(calls()).isEqualTo(100);
  }

  @Test
  void aFloodOfAddressesTakesNoMoreRoomThanItMay() {
    for (int i = 0; i < 50_000; i++) {
      refused.add(of(null, "10." + i, "invalid_api_key"));
    }

    later(Duration.ofMinutes(2));

    assertThat(written.size()).isLessThan(20_010);
    assertThat(calls()).isEqualTo(50_000);
  }

  @Test
  void whileManyWaitTheyAreOnlyCounted() {
    calm = false;
    for (int i = 0; i < 30; i++) {
      assertThat(refused.add(of(SampleKeys.aKey().build(), "a", "ledger_unavailable"))).isFalse();
    }
    assertThat(written).isEmpty();

    refused.close();

    assertThat(calls()).isEqualTo(30);
  }

  @Test
  void noneIsLostBetweenTwoThreads() {
    int threads = 4;
    int each = 5_000;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads + 1)) {
      for (int t = 0; t < threads; t++) {
        pool.execute(
            () -> {
              for (int i = 0; i < each; i++) {
                now.addAndGet(Duration.ofMillis(100).toNanos());
                refused.add(of(null, "a", "invalid_api_key"));
              }
            });
      }
      pool.execute(
          () -> {
            for (int i = 0; i < 2_000; i++) {
              refused.sweep();
            }
          });
    }
    refused.close();

    assertThat(calls()).isEqualTo((long) threads * each);
  }

  private void later(Duration time) {
    now.addAndGet(time.toNanos());
    refused.sweep();
  }

  private long calls() {
    return written.stream().mapToLong(CallRecord::times).sum();
  }

  private static CallRecord of(@Nullable VirtualKey key, String address, String code) {
    SampleCalls.Builder call = SampleCalls.aCall().refused(429, code);
    if (key == null) {
      call.of(SampleIds.aTenant());
    } else {
      call.by(key);
    }
    return call.from(new ClientInfo(address, null, null, null, null, null)).build();
  }

  private final class Journal implements CallJournal {
    @Override
    public boolean accepting() {
      return true;
    }

    @Override
    public boolean isCalm() {
      return calm;
    }

    @Override
    public boolean commit(CallRecord call, Duration patience) {
      throw new AssertionError("refusals are not waited for");
    }

    @Override
    public synchronized void offer(CallRecord call) {
      written.add(call);
    }
  }
}
