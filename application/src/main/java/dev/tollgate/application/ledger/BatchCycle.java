package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.stores.StoreUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The protocol of the writer, without its thread: what waits becomes a batch, the batch is applied
/// under the next number of the session, and each operation learns what became of it. A batch whose
/// answer was lost is sent again unchanged. Whatever else goes wrong, in the store or in anything
/// that is asked on the way, is survived: the batch is cut in halves until the operation at fault
/// stands alone. Turns are taken by one thread; operations may be added by any.
final class BatchCycle {
  private static final int LARGEST_BATCH = 256;
  private static final long BEAT_NANOS = 5_000_000_000L;

  /// Refreshes of a node's budgets after which the database is not asked again in this turn.
  private static final int MOST_STALE = 50;

  private static final Logger LOG = System.getLogger(BatchCycle.class.getName());

  private final LedgerStore store;
  private final BudgetBooks books;
  private final LongSupplier nanos;
  private final Runnable rowDone;
  private final Consumer<Batch.Result.Applied> observer;
  private final Queue<Operation> incoming = new ConcurrentLinkedQueue<>();
  private final Deque<Flight> flying = new ArrayDeque<>();
  private final Lineup line;
  private final AtomicInteger faults = new AtomicInteger();
  private final AtomicInteger unwritten = new AtomicInteger();
  private volatile List<Operation> current = List.of();
  private long session = -1;
  private long number;
  private long lastBeat;

  /// @param rowDone told of every call row that is over
  /// @param observer told of every batch
  BatchCycle(
      LedgerStore store,
      BudgetBooks books,
      LongSupplier nanos,
      Runnable rowDone,
      Consumer<Batch.Result.Applied> observer) {
    this.store = store;
    this.books = books;
    this.nanos = nanos;
    this.rowDone = rowDone;
    this.observer = observer;
    this.line = new Lineup(nanos);
  }

  void add(Operation operation) {
    incoming.add(operation);
  }

  /// Takes in what another node saw of an account. May be called from any thread.
  void learnFromElsewhere(Balance balance) {
    line.learnFromElsewhere(balance);
  }

  /// Whether nothing waits but, perhaps, someone in line.
  boolean isIdle() {
    return incoming.isEmpty() && flying.isEmpty();
  }

  /// Reservations that wait in line.
  int inLine() {
    return line.size();
  }

  /// Failures that were survived, other than those of a store that is away.
  int faults() {
    return faults.get();
  }

  /// Operations that the store would never take, in no form.
  int unwritten() {
    return unwritten.get();
  }

  /// Lets everyone go whose patience is over. May be called from any thread.
  ///
  /// @param down whether the store is away, so that a caller who asks for a hold is let go at once
  void letGo(long now, boolean down) {
    letGo(current, now, down);
    letGo(incoming, now, down);
    letGo(line.waiters(), now, down);
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
      flying.add(Flight.of(collected));
    }
    Flight flight = flying.element();
    current = flight.operations();
    try {
      apply(flight);
      flying.remove();
    } catch (StoreUnavailable e) {
      throw e;
    } catch (LedgerStore.Forgotten e) {
      // The same batch goes out again in a new session. What a lost hold was for is posted all the
      // same when its call is settled.
      LOG.log(
          Level.ERROR,
          "The database has lost commits that it had acknowledged: {0}. Was there a fail-over to a"
              + " replica that was behind? Run './tollgate ledger verify'.",
          e.getMessage());
      session = -1;
    } catch (Throwable e) {
      flying.remove();
      fault(flight, e);
    }
    current = List.of();
    line.publish();
    return true;
  }

  /// Forgets what flies: its outcome will never be known, so no batch may follow under its number.
  /// Lets every waiting caller go.
  ///
  /// @return the calls that were not written
  List<CallRecord> abandon() {
    List<Operation> operations = new ArrayList<>();
    flying.forEach(flight -> operations.addAll(flight.operations()));
    operations.addAll(incoming);
    operations.forEach(Operation::giveUp);
    line.dissolve();
    List<CallRecord> left = Flight.of(operations).calls();
    flying.clear();
    incoming.clear();
    session = -1;
    return left;
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
    try {
      batch.addAll(line.ready());
    } catch (Throwable e) {
      survived("Callers who wait in line are sent away", e);
      line.dissolve();
    }
    while (batch.size() < LARGEST_BATCH) {
      Operation operation = incoming.poll();
      if (operation == null) {
        break;
      }
      try {
        if (!(operation instanceof Operation.Reserve reserve) || line.mayAsk(reserve)) {
          batch.add(operation);
        }
      } catch (Throwable e) {
        survived(name(operation) + " is given up", e);
        operation.giveUp();
      }
    }
    line.publish();
    return batch;
  }

  private void apply(Flight all) {
    Flight flight = all.isDoubtful() ? withoutWritten(all) : all;
    if (session < 0) {
      session = store.openSession();
      number = 0;
    }
    for (int stale = 0; stale < MOST_STALE; stale++) {
      Batch batch = flight.batch(session, number + 1, books);
      switch (store.apply(batch)) {
        case Batch.Result.Stale old -> {
          store.keepBudgets(batch);
          old.tenants().forEach(books::refresh);
        }
        case Batch.Result.Applied applied -> {
          number++;
          lastBeat = nanos.getAsLong();
          // It is durable: nothing that goes wrong from here on may send it again.
          tell(flight.operations(), applied);
          learn(applied);
          return;
        }
      }
    }
    throw new StoreUnavailable(
        "the budgets change faster than they can be read", new IllegalStateException("stale"));
  }

  /// What is left of a batch that may have been applied: not the calls that are written, nor
  /// reservations.
  private Flight withoutWritten(Flight flight) {
    Set<CallId> written = store.written(flight.doubtfulSince(), flight.calls());
    return flight.without(
        operation -> {
          if (operation instanceof Operation.Row row && written.contains(row.call().id())) {
            row.commit();
            rowDone.run();
            return true;
          }
          if (operation instanceof Operation.Reserve reserve) {
            drop(reserve);
            return true;
          }
          return false;
        });
  }

  /// Gives up a reservation whose hold may have been made, and ends that hold. It is not asked for
  /// again: the hold may have expired since, and an expired hold must not be made a second time.
  private void drop(Operation.Reserve reserve) {
    line.leave(reserve);
    reserve.giveUp();
    incoming.add(Operation.Ending.atNothing(reserve.reservation.id()));
  }

  private void learn(Batch.Result.Applied applied) {
    try {
      line.learn(applied.balances());
      observer.accept(applied);
    } catch (Throwable e) {
      survived("What became of the accounts is not shown", e);
    }
  }

  private void tell(List<Operation> operations, Batch.Result.Applied applied) {
    int next = 0;
    for (Operation operation : operations) {
      try {
        switch (operation) {
          case Operation.Reserve reserve -> tell(reserve, applied.outcomes().get(next++));
          case Operation.Row written -> {
            written.commit();
            rowDone.run();
          }
          case Operation.Ending _ -> {}
        }
      } catch (Throwable e) {
        survived(name(operation) + " is not told", e);
        operation.giveUp();
      }
    }
  }

  private void tell(Operation.Reserve reserve, @Nullable Admission outcome) {
    switch (outcome) {
      case null -> {
        if (reserve.isOverdue(nanos.getAsLong())) {
          drop(reserve);
        } else {
          incoming.add(reserve);
        }
      }
      case Admission.Busy busy -> line.joinRefused(reserve, busy.binding());
      case Admission.Admitted admitted -> {
        line.leave(reserve);
        if (!reserve.answer(admitted)) {
          incoming.add(Operation.Ending.atNothing(admitted.hold().id()));
        }
      }
      case Admission.Exhausted _, Admission.Unavailable _ -> {
        line.leave(reserve);
        reserve.answer(outcome);
      }
    }
  }

  /// The batch failed, not for want of a store. Its halves are tried one after the other, so that
  /// an operation that cannot be written does not hold up the others.
  private void fault(Flight flight, Throwable e) {
    boolean refused = e instanceof LedgerStore.Refused;
    long doubtful = flight.doubtfulSince();
    if (!refused) {
      // Nobody knows how far it came, so no batch may follow under its number.
      doubtful = session < 0 ? doubtful : session;
      session = -1;
      disconnect();
    }
    List<Operation> operations = flight.operations();
    if (operations.size() == 1) {
      alone(operations.getFirst(), doubtful, e);
      return;
    }
    survived("A batch of " + operations.size() + " is cut in halves", e);
    flight.halves(doubtful).reversed().forEach(flying::addFirst);
  }

  /// What is done with the operation at fault. The record of a call is tried again, then put down
  /// at its bound; what cannot be written even so is covered by its hold, which expires.
  private void alone(Operation operation, long doubtful, Throwable e) {
    switch (operation) {
      case Operation.Reserve reserve -> {
        survived(name(operation) + " is given up", e);
        drop(reserve);
      }
      case Operation.Ending ending -> {
        survived(name(operation) + " failed", e);
        if (ending.mayTryAgain()) {
          incoming.add(ending);
        } else {
          unwritten.incrementAndGet();
        }
      }
      case Operation.Row row -> {
        if (row.mayTryAgain(e instanceof LedgerStore.Refused)) {
          survived(name(operation) + " is tried again", e);
          flying.add(new Flight(List.of(row), doubtful));
        } else {
          survived(name(operation) + " cannot be written; its hold, if any, will expire", e);
          unwritten.incrementAndGet();
          row.giveUp();
          rowDone.run();
        }
      }
    }
  }

  /// Lets go of the connection, whatever comes of it.
  void disconnect() {
    try {
      store.disconnect();
    } catch (Throwable e) {
      survived("The connection could not be closed", e);
    }
  }

  private void survived(String what, Throwable e) {
    faults.incrementAndGet();
    LOG.log(Level.ERROR, what + ": " + e.getMessage(), e);
  }

  private static String name(Operation operation) {
    return switch (operation) {
      case Operation.Row written -> "Call " + written.call().id();
      case Operation.Reserve reserve -> "Hold " + reserve.reservation.id();
      case Operation.Ending ending -> "The end of hold " + ending.hold;
    };
  }
}
