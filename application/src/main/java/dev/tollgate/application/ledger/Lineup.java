package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.WaitingLine;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/// The reservations of a node that wait in line, and what the node knows of the accounts that they
/// wait for. Used by the thread that takes the turns, but for [#learnFromElsewhere], [#waiters] and
/// [#size].
final class Lineup {
  private static final int MOST_AT_ONCE = 64;
  private static final long PROBE_NANOS = 50_000_000L;
  private static final int MOST_KNOWN = 100_000;

  private final WaitingLine<Operation.Reserve> line = new WaitingLine<>();
  private final Map<BudgetId, Balance> known = new HashMap<>();
  private final Queue<Balance> elsewhere = new ConcurrentLinkedQueue<>();
  private final LongSupplier nanos;
  private volatile List<Operation.Reserve> published = List.of();
  private long lastProbe;

  Lineup(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// Takes in what another node saw of an account. May be called from any thread.
  void learnFromElsewhere(Balance balance) {
    elsewhere.add(balance);
  }

  void learn(Collection<Balance> balances) {
    if (known.size() > MOST_KNOWN) {
      known.clear();
    }
    for (Balance balance : balances) {
      known.merge(balance.budget(), balance, Balance::newer);
    }
  }

  /// Everyone in line, as of the last turn. May be called from any thread.
  List<Operation.Reserve> waiters() {
    return published;
  }

  int size() {
    return published.size();
  }

  void publish() {
    if (!line.isEmpty() || !published.isEmpty()) {
      published = line.waiters();
    }
  }

  /// Those in line that should ask again now, in order. One that has waited for long enough leaves.
  List<Operation.Reserve> ready() {
    for (Balance seen = elsewhere.poll(); seen != null; seen = elsewhere.poll()) {
      known.merge(seen.budget(), seen, Balance::newer);
    }
    if (line.isEmpty()) {
      return List.of();
    }
    long now = nanos.getAsLong();
    for (Operation.Reserve left :
        line.removeIf(each -> now - each.lineEnds >= 0 || each.outcome() != null)) {
      left.leaveLine();
    }
    boolean probe = now - lastProbe > PROBE_NANOS;
    lastProbe = probe ? now : lastProbe;
    return line.ready(known::get, probe, MOST_AT_ONCE);
  }

  /// Whether a newcomer goes into the next batch. Not when its caller has gone, nor while someone
  /// waits for one of its accounts: then it goes to the end of the line.
  boolean mayAsk(Operation.Reserve reserve) {
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
        join(reserve, balance);
        return false;
      }
    }
    return true;
  }

  /// Joins after it was refused.
  void joinRefused(Operation.Reserve reserve, Balance binding) {
    join(reserve, binding);
    if (line.holds(reserve)) {
      line.refused(reserve, binding);
    }
  }

  /// Joins at the end, or keeps its place; when its patience is over it leaves instead.
  void join(Operation.Reserve reserve, Balance binding) {
    reserve.waitFor(binding);
    if (nanos.getAsLong() - reserve.lineEnds >= 0) {
      reserve.leaveLine();
      line.leave(reserve);
    } else if (!line.holds(reserve)) {
      line.join(reserve, reserve.reservation.budgets(), reserve.reservation.floor());
    }
  }

  void leave(Operation.Reserve reserve) {
    line.leave(reserve);
  }

  /// Sends everyone away as if their patience were over.
  void dissolve() {
    for (Operation.Reserve each : line.removeIf(_ -> true)) {
      each.leaveLine();
    }
    publish();
  }
}
