package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.stores.StoreUnavailable;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// A store as a node sees it in bad times.
final class TroubledStore implements LedgerStore {
  /// Where the writer meets an exception that nobody expects.
  enum Throws {
    NOTHING,
    BEFORE,
    AFTER
  }

  private final LedgerStore store;
  private final Random random;
  private final BooleanSupplier down;
  private final Predicate<CallRecord> refuses;
  boolean losesNext;
  Throws throwsNext = Throws.NOTHING;

  /// @param refuses the calls that can never be written as they are
  TroubledStore(
      LedgerStore store, Random random, BooleanSupplier down, Predicate<CallRecord> refuses) {
    this.store = store;
    this.random = random;
    this.down = down;
    this.refuses = refuses;
  }

  private void maybeThrow(Throws now) {
    if (throwsNext == now) {
      throwsNext = Throws.NOTHING;
      if (random.nextBoolean()) {
        throw new IllegalStateException("simulated");
      }
      throw new StackOverflowError("simulated");
    }
  }

  private void maybeDown() {
    if (down.getAsBoolean()) {
      throw new StoreUnavailable("away", new IllegalStateException("simulated"));
    }
  }

  @Override
  public long openSession() {
    maybeDown();
    return store.openSession();
  }

  @Override
  public Batch.Result apply(Batch batch) {
    maybeDown();
    maybeThrow(Throws.BEFORE);
    if (batch.calls().stream().anyMatch(refuses)) {
      throw new Refused("out of range", new IllegalStateException("simulated"));
    }
    Batch.Result result = store.apply(batch);
    maybeThrow(Throws.AFTER);
    if (losesNext) {
      losesNext = false;
      throw new StoreUnavailable("answer lost", new IllegalStateException("simulated"));
    }
    return result;
  }

  @Override
  public void keepBudgets(Batch batch) {
    maybeDown();
    store.keepBudgets(batch);
  }

  @Override
  public Set<CallId> written(long session, List<CallRecord> calls) {
    maybeDown();
    return store.written(session, calls);
  }

  @Override
  public void beat(long session) {
    maybeDown();
    store.beat(session);
  }

  @Override
  public void disconnect() {
    store.disconnect();
  }
}
