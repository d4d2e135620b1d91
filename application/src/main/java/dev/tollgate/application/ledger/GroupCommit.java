package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Ledger;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.Spill;
import dev.tollgate.domain.stores.StoreUnavailable;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// The one writer of a node. It flushes at once when idle; a batch forms while the last one
/// commits. While the store is away, call rows wait here and nothing new is reserved.
public final class GroupCommit implements CallJournal, Ledger, AutoCloseable {
  /// Rows that may wait before new calls are refused.
  public static final int MOST_WAITING = 10_000;

  /// Rows that may wait before refused calls are counted only.
  private static final int CALM = 1_000;

  /// How long a reservation waits for a store that is slow to answer.
  private static final Duration RESERVE_PATIENCE = Duration.ofSeconds(2);

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LINE_PAUSE = Duration.ofMillis(25);
  private static final Duration LOOK = Duration.ofMillis(20);

  /// A turn that takes longer counts as a failure, so that newcomers are not kept waiting.
  private static final long SLOW_NANOS = 1_000_000_000L;

  private static final Logger LOG = System.getLogger(GroupCommit.class.getName());

  private final BatchCycle cycle;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger restarts = new AtomicInteger();
  private final Spill spill;
  private final Thread patience;
  private volatile Thread thread;
  private volatile boolean idle;
  private volatile boolean stopping;
  private volatile boolean closed;
  private volatile boolean failing;
  private volatile long turnBegan;
  private final AtomicLong longestTurn = new AtomicLong();

  /// Whether calls of an earlier run are not written yet. Of the writer alone.
  private volatile boolean spilled;

  private volatile int keptOnDisk;

  /// @param observer told of the accounts that a batch changed; must be quick
  /// @param clock told the store's time with every batch
  /// @param spill keeps the calls of a node that stops while its store is away
  public GroupCommit(
      LedgerStore store,
      BudgetBooks books,
      Consumer<List<Balance>> observer,
      LedgerClock clock,
      Spill spill) {
    this.spill = spill;
    this.cycle =
        new BatchCycle(
            store,
            books,
            System::nanoTime,
            waiting::decrementAndGet,
            applied -> {
              clock.learn(applied.at(), Duration.ofNanos(System.nanoTime() - turnBegan));
              if (!applied.balances().isEmpty()) {
                observer.accept(applied.balances());
              }
            });
    this.thread = writer();
    this.patience = Thread.ofPlatform().daemon().name("ledger-patience").unstarted(this::watch);
  }

  private Thread writer() {
    return Thread.ofPlatform().name("ledger-writer").unstarted(this::run);
  }

  /// Starts the writer. Calls that an earlier run left behind are written first.
  public void start() {
    List<CallRecord> left = spill.take();
    spilled = !left.isEmpty();
    left.forEach(this::offer);
    thread.start();
    patience.start();
  }

  /// Call rows that wait to be committed.
  public int waiting() {
    return waiting.get();
  }

  /// Reservations that wait in line.
  public int inLine() {
    return cycle.inLine();
  }

  /// Failures that the writer survived, other than those of a store that is away.
  public int faults() {
    return cycle.faults() + restarts.get();
  }

  /// How long the longest batch took since this was last asked, waits for locks of the database
  /// included.
  public Duration longestBatch() {
    return Duration.ofNanos(longestTurn.getAndSet(0));
  }

  /// Operations that the store would not take in any form. Holds among them expire at their bound.
  public int unwritten() {
    return cycle.unwritten();
  }

  /// Whether the writer's thread runs. One that has ended is started again within a moment; a node
  /// on which it does not stay up can settle nothing.
  public boolean isAlive() {
    return stopping || thread.isAlive() || thread.getState() == Thread.State.NEW;
  }

  /// Whether the store failed at the last attempt, or does not answer the current one.
  public boolean isFailing() {
    long began = turnBegan;
    return failing || (began != 0 && System.nanoTime() - began > SLOW_NANOS);
  }

  @Override
  public boolean accepting() {
    return waiting.get() < MOST_WAITING;
  }

  @Override
  public boolean isCalm() {
    return waiting.get() < CALM;
  }

  @Override
  public Admission reserve(Reservation reservation) {
    if (isFailing() || stopping) {
      return new Admission.Unavailable();
    }
    long now = System.nanoTime();
    long lineEnds = now + reservation.line().toNanos();
    Operation.Reserve reserve =
        new Operation.Reserve(
            reservation, Thread.currentThread(), lineEnds, lineEnds + RESERVE_PATIENCE.toNanos());
    enqueue(reserve);
    Admission outcome = reserve.outcome();
    while (outcome == null) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        reserve.giveUp();
      }
      outcome = reserve.outcome();
    }
    return outcome;
  }

  @Override
  public void release(HoldId hold) {
    enqueue(Operation.Ending.atNothing(hold));
  }

  /// Posts a hold at its bound if its deadline has passed and its node is silent. Does not wait.
  public void expire(HoldId hold) {
    enqueue(new Operation.Ending(hold, new Operation.Ending.Way.Expired()));
  }

  /// Takes in what another node saw of an account, so that a caller who waits for it asks again.
  public void learn(Balance balance) {
    cycle.learnFromElsewhere(balance);
    if (idle && cycle.inLine() > 0) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public boolean commit(CallRecord call, Duration patience) {
    Operation.Row row =
        new Operation.Row(call, Thread.currentThread(), System.nanoTime() + patience.toNanos());
    waiting.incrementAndGet();
    enqueue(row);
    // Parked without a time-out: a timer for every call costs more than the rest of the hand-over.
    while (!row.isOver()) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        return row.isCommitted();
      }
    }
    return row.isCommitted();
  }

  @Override
  public void offer(CallRecord call) {
    waiting.incrementAndGet();
    enqueue(new Operation.Row(call, null, 0));
  }

  /// Commits what waits, for at most five seconds, and stops.
  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closed = true;
    if (waiting.get() > 0) {
      LOG.log(
          Level.ERROR,
          "Calls that could not be committed before the stop: {0}. Of them are kept in the data"
              + " folder, and written at the next start: {1}.",
          waiting.get(),
          keptOnDisk);
    }
  }

  private void leaveBehind(List<CallRecord> calls) {
    if (!calls.isEmpty() && spill.keep(calls)) {
      keptOnDisk = calls.size();
    }
  }

  private void enqueue(Operation operation) {
    cycle.add(operation);
    if (idle) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    long pauseMillis = 10;
    while (!stopping || !cycle.isIdle()) {
      try {
        boolean worked = turn();
        recovered();
        pauseMillis = 10;
        if (!worked) {
          rest();
        }
      } catch (StoreUnavailable e) {
        report(e);
        cycle.disconnect();
        cycle.letGo(System.nanoTime(), true);
        if (stopping && pauseMillis > 500) {
          leaveBehind(cycle.abandon());
          break;
        }
        pause(pauseMillis);
        pauseMillis = Math.min(pauseMillis * 2, LONGEST_PAUSE.toMillis());
      } catch (Throwable e) {
        restarts.incrementAndGet();
        LOG.log(Level.ERROR, "The writer of the ledger failed and goes on.", e);
        pause(pauseMillis);
      }
    }
    cycle.disconnect();
  }

  /// One that fails is over too, and as long.
  private boolean turn() {
    long began = System.nanoTime();
    turnBegan = began;
    try {
      return cycle.turn();
    } finally {
      turnBegan = 0;
      longestTurn.accumulateAndGet(System.nanoTime() - began, Math::max);
    }
  }

  private void rest() {
    if (spilled && cycle.isIdle()) {
      spilled = false;
      spill.written();
    }
    idle = true;
    if (cycle.isIdle() && !stopping) {
      Duration pause = cycle.inLine() > 0 ? LINE_PAUSE : LONGEST_PAUSE;
      LockSupport.parkNanos(this, pause.toNanos());
    }
    idle = false;
  }

  /// Looks every few milliseconds for callers whose patience is over, and whether the writer is up.
  /// In good times there is nothing to do.
  private void watch() {
    while (!closed || !cycle.isIdle()) {
      try {
        Thread.sleep(LOOK);
        cycle.letGo(System.nanoTime(), isFailing());
        if (!thread.isAlive() && !stopping) {
          restarts.incrementAndGet();
          LOG.log(Level.ERROR, "The writer of the ledger had ended and is started again.");
          Thread again = writer();
          thread = again;
          again.start();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (Throwable e) {
        restarts.incrementAndGet();
        LOG.log(Level.ERROR, "Callers of the ledger could not be looked after.", e);
      }
    }
  }

  private void recovered() {
    if (failing) {
      failing = false;
      LOG.log(Level.INFO, "The database takes calls again.");
    }
  }

  private void report(StoreUnavailable e) {
    if (!failing) {
      failing = true;
      LOG.log(
          Level.WARNING,
          "The database does not take calls; they wait in memory. " + e.getMessage());
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
