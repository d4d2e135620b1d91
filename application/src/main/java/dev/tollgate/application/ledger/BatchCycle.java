package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.WaitingLine;
import dev.tollgate.domain.tenancy.StoreUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The protocol of the writer, without its thread: what waits becomes a batch, the batch is applied
/// under the next number of the session, and each operation learns what became of it. A batch whose
/// answer was lost is sent again unchanged. Turns are taken by one thread; operations may be added
/// by any.
final class BatchCycle {
  private static final int LARGEST_BATCH = 256;
  private static final int MOST_FROM_LINE = 64;
  private static final long PROBE_NANOS = 50_000_000L;
  private static final long BEAT_NANOS = 5_000_000_000L;
  private static final int MOST_KNOWN = 100_000;
  private static final Logger LOG = System.getLogger(BatchCycle.class.getName());

  private final LedgerStore store;
  private final BudgetBooks books;
  private final LongSupplier nanos;
  private final Runnable rowDone;
  private final Consumer<List<Balance>> observer;
  private final Queue<Operation> incoming = new ConcurrentLinkedQueue<>();
  private final Queue<Balance> elsewhere = new ConcurrentLinkedQueue<>();
  private final Deque<List<Operation>> flying = new ArrayDeque<>();
  private final WaitingLine<Operation.Reserve> line = new WaitingLine<>();
  private final Map<BudgetId, Balance> known = new HashMap<>();
  private volatile List<Operation> current = List.of();
  private volatile List<Operation.Reserve> lined = List.of();
  private long session = -1;
  private long number;
  private long lastProbe;
  private long lastBeat;
  private int refused;

  /// @param rowDone told of every call row that is over
  /// @param observer told of the accounts that a batch changed
  BatchCycle(
      LedgerStore store,
      BudgetBooks books,
      LongSupplier nanos,
      Runnable rowDone,
      Consumer<List<Balance>> observer) {
    this.store = store;
    this.books = books;
    this.nanos = nanos;
    this.rowDone = rowDone;
    this.observer = observer;
  }

  void add(Operation operation) {
    incoming.add(operation);
  }

  /// Takes in what another node saw of an account. May be called from any thread.
  void learnFromElsewhere(Balance balance) {
    elsewhere.add(balance);
  }

  /// Whether nothing waits but, perhaps, someone in line.
  boolean isIdle() {
    return incoming.isEmpty() && flying.isEmpty();
  }

  /// Reservations that wait in line.
  int inLine() {
    return lined.size();
  }

  /// Lets everyone go whose patience is over. May be called from any thread.
  ///
  /// @param down whether the store is away, so that whoever asks for a hold is let go at once
  void letGo(long now, boolean down) {
    letGo(current, now, down);
    letGo(incoming, now, down);
    letGo(lined, now, down);
  }

  private static void letGo(Iterable<? extends Operation> operations, long now, boolean down) {
    for (Operation operation : operations) {
      if (down && operation instanceof Operation.Reserve || operation.isOverdue(now)) {
        operation.giveUp();
      }
    }
  }

  /// Writes one batch, if anything waits.
  ///
  /// @return false when nothing did
  /// @throws StoreUnavailable when it is not known whether it was written; the next turn asks again
  boolean turn() {
    if (flying.isEmpty()) {
      List<Operation> collected = collect();
      if (collected.isEmpty()) {
        store.idle();
        beat();
        return false;
      }
      flying.add(collected);
    }
    List<Operation> batch = flying.element();
    current = batch;
    try {
      apply(batch);
      flying.remove();
    } catch (LedgerStore.Forgotten e) {
      // The same batch goes out again in a new session. What a lost hold was for is posted all the
      // same when its call is settled.
      LOG.log(
          Level.ERROR,
          "The database has lost commits that it had acknowledged: {0}. Was there a fail-over to a"
              + " replica that was behind? Run './tollgate ledger verify'.",
          e.getMessage());
      session = -1;
    } catch (LedgerStore.Refused | IllegalStateException | IllegalArgumentException e) {
      flying.remove();
      refused(batch, e);
    }
    current = List.of();
    publishLine();
    return true;
  }

  /// Operations that the store would never take. Asked by the thread that takes the turns.
  int refused() {
    return refused;
  }

  /// Forgets what flies: its outcome will never be known, so no batch may follow under its number.
  void abandon() {
    flying.clear();
    session = -1;
  }

  private void publishLine() {
    if (!line.isEmpty() || !lined.isEmpty()) {
      lined = line.waiters();
    }
  }

  private void beat() {
    long now = nanos.getAsLong();
    if (session >= 0 && now - lastBeat > BEAT_NANOS) {
      store.beat(session);
      lastBeat = now;
    }
  }

  private List<Operation> collect() {
    List<Operation> batch = new ArrayList<>();
    long now = nanos.getAsLong();
    for (Balance seen = elsewhere.poll(); seen != null; seen = elsewhere.poll()) {
      known.merge(seen.budget(), seen, Balance::newer);
    }
    if (!line.isEmpty()) {
      for (Operation.Reserve left :
          line.removeIf(each -> now - each.lineEnds >= 0 || each.outcome() != null)) {
        left.leaveLine();
      }
      boolean probe = now - lastProbe > PROBE_NANOS;
      lastProbe = probe ? now : lastProbe;
      batch.addAll(line.ready(known::get, probe, MOST_FROM_LINE));
    }
    while (batch.size() < LARGEST_BATCH) {
      Operation operation = incoming.poll();
      if (operation == null) {
        break;
      }
      if (!(operation instanceof Operation.Reserve reserve) || mayAsk(reserve)) {
        batch.add(operation);
      }
    }
    publishLine();
    return batch;
  }

  /// Whether a reservation goes into the next batch. Not when its caller has gone, nor while
  /// someone waits for one of its accounts: then it goes to the end of the line.
  private boolean mayAsk(Operation.Reserve reserve) {
    if (reserve.outcome() != null) {
      return false;
    }
    if (line.isEmpty()) {
      return true;
    }
    List<BudgetId> touched = reserve.reservation.budgets();
    if (!line.isWaitedFor(touched)) {
      return true;
    }
    for (BudgetId budget : touched) {
      Balance balance = known.get(budget);
      if (balance != null && balance.hard() && line.isWaitedFor(List.of(budget))) {
        queueUp(reserve, balance);
        return false;
      }
    }
    return true;
  }

  private void queueUp(Operation.Reserve reserve, Balance binding) {
    reserve.waitFor(binding);
    if (nanos.getAsLong() - reserve.lineEnds >= 0) {
      reserve.leaveLine();
      line.leave(reserve);
    } else if (!line.holds(reserve)) {
      line.join(reserve, reserve.reservation.budgets(), reserve.reservation.floor());
    }
  }

  private void apply(List<Operation> operations) {
    if (session < 0) {
      session = store.openSession();
      number = 0;
    }
    while (true) {
      Batch batch = batch(operations);
      switch (store.apply(batch)) {
        case Batch.Result.Stale stale -> stale.tenants().forEach(books::refresh);
        case Batch.Result.Applied applied -> {
          number++;
          lastBeat = nanos.getAsLong();
          learn(applied.balances());
          tell(operations, applied);
          return;
        }
      }
    }
  }

  private Batch batch(List<Operation> operations) {
    List<Reservation> reservations = new ArrayList<>();
    List<CallRecord> calls = new ArrayList<>();
    List<HoldId> voids = new ArrayList<>();
    List<HoldId> expiries = new ArrayList<>();
    Map<TenantId, BudgetBook> involved = new HashMap<>();
    for (Operation operation : operations) {
      switch (operation) {
        case Operation.Reserve reserve -> {
          reservations.add(reserve.reservation);
          involved.computeIfAbsent(reserve.reservation.key().tenant(), books::current);
        }
        case Operation.Row done -> {
          calls.add(done.call);
          VirtualKey key = done.call.key();
          if (key != null && done.call.isPosted()) {
            involved.computeIfAbsent(key.tenant(), books::current);
          }
        }
        case Operation.Ending ending -> (ending.expired ? expiries : voids).add(ending.hold);
      }
    }
    return new Batch(session, number + 1, reservations, calls, voids, expiries, involved);
  }

  private void learn(List<Balance> balances) {
    if (known.size() > MOST_KNOWN) {
      known.clear();
    }
    for (Balance balance : balances) {
      known.merge(balance.budget(), balance, Balance::newer);
    }
    if (!balances.isEmpty()) {
      observer.accept(balances);
    }
  }

  private void tell(List<Operation> operations, Batch.Result.Applied applied) {
    int next = 0;
    for (Operation operation : operations) {
      switch (operation) {
        case Operation.Reserve reserve -> tell(reserve, applied.outcomes().get(next++));
        case Operation.Row written -> {
          written.commit();
          rowDone.run();
        }
        case Operation.Ending _ -> {}
      }
    }
  }

  private void tell(Operation.Reserve reserve, @Nullable Admission outcome) {
    switch (outcome) {
      case null -> incoming.add(reserve);
      case Admission.Busy busy -> queueUp(reserve, busy.binding());
      case Admission.Admitted admitted -> {
        line.leave(reserve);
        if (!reserve.answer(admitted)) {
          incoming.add(new Operation.Ending(admitted.hold().id(), false));
        }
      }
      case Admission.Exhausted _, Admission.Unavailable _ -> {
        line.leave(reserve);
        reserve.answer(outcome);
      }
    }
  }

  /// The store will never take this batch. Each operation is tried alone, so that one that cannot
  /// be written does not hold up the others.
  private void refused(List<Operation> batch, RuntimeException e) {
    if (batch.size() > 1) {
      for (Operation operation : batch) {
        flying.add(List.of(operation));
      }
      return;
    }
    Operation lost = batch.getFirst();
    refused++;
    if (lost instanceof Operation.Reserve reserve) {
      line.leave(reserve);
    }
    lost.giveUp();
    if (lost instanceof Operation.Row) {
      rowDone.run();
    }
    LOG.log(Level.ERROR, "{0} cannot be written: {1}", name(lost), e.getMessage());
  }

  private static String name(Operation operation) {
    return switch (operation) {
      case Operation.Row written -> "Call " + written.call.id();
      case Operation.Reserve reserve -> "Hold " + reserve.reservation.id();
      case Operation.Ending ending -> "The end of hold " + ending.hold;
    };
  }
}
