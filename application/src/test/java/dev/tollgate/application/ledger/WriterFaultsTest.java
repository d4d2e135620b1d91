package dev.tollgate.application.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.ledger.Spill;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever the writer works with throws whatever it likes: the writer goes on, and the books are
/// in order afterwards.
class WriterFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int CALLS = 30;

  /// Who throws, and when.
  enum Step {
    SESSION_BEFORE,
    SESSION_AFTER,
    APPLY_BEFORE,
    APPLY_AFTER,
    WRITTEN,
    BEAT,
    IDLE,
    DISCONNECT,
    BOOKS,
    OBSERVER,
    CLOCK
  }

  private final VirtualKey key = SampleKeys.aKey().build();
  private final BudgetBook book =
      new BudgetBook(
          key.tenant(),
          1,
          BudgetBook.Settings.USUAL,
          List.of(SampleBudgets.ofKey(key, "1000.00")),
          Map.of());
  private final InMemoryLedger ledger = new InMemoryLedger(book, InMemoryLedger.Bug.NONE);
  private int countdown;
  private int thrown;
  private int throwable;

  /// Throws at every third chance, something else each time.
  private void maybeThrow(Step at, Step chosen) {
    boolean disturbed =
        at == chosen
            || at == Step.APPLY_AFTER && chosen == Step.WRITTEN
            || at == Step.APPLY_BEFORE && chosen == Step.DISCONNECT;
    if (!disturbed || ++countdown % 3 != 0 || thrown >= 8) {
      return;
    }
    thrown++;
    switch (throwable++ % 3) {
      case 0 -> throw new IllegalStateException("planted");
      case 1 -> throw new StackOverflowError("planted");
      default -> throw new OutOfMemoryError("planted");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theWriterGoesOn(Step step) throws Exception {
    Map<HoldId, Long> acknowledged = new HashMap<>();
    try (GroupCommit writer =
        new GroupCommit(
            new Throwing(ledger.open(1), step),
            books(step),
            _ -> maybeThrow(Step.OBSERVER, step),
            new LedgerClock(clock(step)),
            Spill.NONE)) {
      writer.start();
      for (int i = 0; i < CALLS; i++) {
        call(writer, i + 1L, acknowledged);
        if (step == Step.IDLE || step == Step.BEAT) {
          Thread.sleep(20);
        }
      }
      assertThat(acknowledged).as("of %s calls", CALLS).hasSizeGreaterThan(CALLS / 2);
      assertThat(writer.isAlive()).isTrue();
      assertThat(writer.unwritten()).isZero();
      thrown = Integer.MAX_VALUE;
      call(writer, 1_000, acknowledged);
      assertThat(acknowledged).containsValue(1_000L);
      assertThat(writer.isFailing()).isFalse();
    }
    assertThat(ledger.violations(true)).isEmpty();
    assertThat(ledger.posted()).containsAllEntriesOf(acknowledged);
    assertThat(ledger.open()).as("holds of nobody").isEmpty();
  }

  /// Every call whose hold was made is settled, once.
  private void call(GroupCommit writer, long cost, Map<HoldId, Long> acknowledged) {
    if (writer.reserve(SampleBudgets.aHold(key, "0.01")) instanceof Admission.Admitted admitted) {
      CallRecord call = SampleCalls.aCall().by(key).settling(admitted.hold()).costing(cost).build();
      assertThat(writer.commit(call, PATIENCE)).isTrue();
      acknowledged.put(admitted.hold().id(), cost);
    }
  }

  private BudgetBooks books(Step step) {
    return new BudgetBooks() {
      @Override
      public BudgetBook current(TenantId tenant) {
        maybeThrow(Step.BOOKS, step);
        return book;
      }

      @Override
      public void refresh(TenantId tenant) {
        // The book does not change.
      }
    };
  }

  private Clock clock(Step step) {
    InstantSource source =
        () -> {
          maybeThrow(Step.CLOCK, step);
          return Instant.EPOCH;
        };
    return source.withZone(ZoneOffset.UTC);
  }

  private final class Throwing implements LedgerStore {
    private final LedgerStore store;
    private final Step step;

    private Throwing(LedgerStore store, Step step) {
      this.store = store;
      this.step = step;
    }

    @Override
    public long openSession() {
      maybeThrow(Step.SESSION_BEFORE, step);
      long session = store.openSession();
      maybeThrow(Step.SESSION_AFTER, step);
      return session;
    }

    @Override
    public Batch.Result apply(Batch batch) {
      maybeThrow(Step.APPLY_BEFORE, step);
      Batch.Result result = store.apply(batch);
      maybeThrow(Step.APPLY_AFTER, step);
      return result;
    }

    @Override
    public void keepBudgets(Batch batch) {
      store.keepBudgets(batch);
    }

    @Override
    public Set<CallId> written(long session, List<CallRecord> calls) {
      maybeThrow(Step.WRITTEN, step);
      return store.written(session, calls);
    }

    @Override
    public void beat(long session) {
      maybeThrow(Step.BEAT, step);
      store.beat(session);
    }

    @Override
    public void idle() {
      maybeThrow(Step.IDLE, step);
    }

    @Override
    public void disconnect() {
      maybeThrow(Step.DISCONNECT, step);
      store.disconnect();
    }
  }
}
