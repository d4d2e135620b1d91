package dev.tollgate.application.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The ledger of docs/ledger.md in memory, decided by the domain's own classes. Its clock is
/// scripted. Bugs can be planted, to show that they are found.
final class InMemoryLedger implements Authority {
  /// What can be wrong with a ledger.
  enum Bug {
    NONE,
    /// A second settle of a hold is posted too.
    NO_UNIQUE_SETTLE,
    /// The decision is made on balances of a while ago.
    CHECK_WITHOUT_LOCK,
    /// A batch that was applied is applied again.
    SEQUENCE_IGNORED
  }

  static final long SILENCE_MILLIS = 15_000;

  private record Account(BudgetId budget, Instant start) {}

  private record Open(
      Reservation reservation, Hold hold, List<Account> accounts, long deadline, long session) {}

  private static final class Session {
    long last;
    long beat;
    Map<HoldId, Admission> lastOutcomes = Map.of();
  }

  private final BudgetBook book;
  private final Bug bug;
  private final Map<Account, Balance> accounts = new LinkedHashMap<>();
  private final Map<HoldId, Open> holds = new LinkedHashMap<>();
  private final Map<HoldId, List<Long>> entries = new HashMap<>();
  private final Map<HoldId, List<Account>> resolvedOn = new HashMap<>();
  private final Map<Long, Session> sessions = new HashMap<>();
  private final Set<CallId> written = new HashSet<>();
  private Map<Account, Balance> stale = Map.of();
  private long now = Instant.parse("2026-11-24T23:50:00Z").toEpochMilli();
  private long unchecked;

  InMemoryLedger(BudgetBook book, Bug bug) {
    this.book = book;
    this.bug = bug;
  }

  @Override
  public BudgetBook book() {
    return book;
  }

  @Override
  public void advance(long millis) {
    now += millis;
    if (now / 500 != (now - millis) / 500) {
      stale = Map.copyOf(accounts);
    }
  }

  @Override
  public LedgerStore open(int node) {
    return new LedgerStore() {
      @Override
      public long openSession() {
        long id = sessions.size() + 1L;
        Session session = new Session();
        session.beat = now;
        sessions.put(id, session);
        return id;
      }

      @Override
      public Batch.Result apply(Batch batch) {
        return InMemoryLedger.this.apply(batch);
      }

      @Override
      public void keepBudgets(Batch batch) {
        // One thread: nothing changes between two calls.
      }

      @Override
      public void beat(long session) {
        session(session).beat = now;
      }

      @Override
      public Set<CallId> written(long session, List<CallRecord> calls) {
        Set<CallId> found = new HashSet<>();
        for (CallRecord call : calls) {
          if (InMemoryLedger.this.written.contains(call.id())) {
            found.add(call.id());
          }
        }
        return found;
      }

      @Override
      public void disconnect() {}
    };
  }

  private Session session(long id) {
    Session session = sessions.get(id);
    if (session == null) {
      throw new IllegalStateException("no session " + id);
    }
    return session;
  }

  private Batch.Result apply(Batch batch) {
    Session session = session(batch.session());
    session.beat = now;
    if (batch.number() == session.last && bug != Bug.SEQUENCE_IGNORED) {
      List<@Nullable Admission> again = new ArrayList<>();
      for (Reservation each : batch.reservations()) {
        Admission outcome = session.lastOutcomes.get(each.id());
        again.add(outcome instanceof Admission.Admitted ? outcome : null);
      }
      return new Batch.Result.Applied(again, List.of(), Instant.ofEpochMilli(now));
    }
    if (batch.number() != session.last + 1 && bug != Bug.SEQUENCE_IGNORED) {
      throw new IllegalStateException("batch " + batch.number() + " follows " + session.last);
    }
    session.last = batch.number();
    Set<Account> touched = new HashSet<>();
    batch.calls().forEach(call -> settle(call, touched));
    batch.calls().forEach(call -> written.add(call.id()));
    batch.voids().forEach(hold -> end(hold, Money.ZERO, touched, false));
    batch.expiries().forEach(hold -> expire(hold, touched));
    List<@Nullable Admission> outcomes = new ArrayList<>();
    Map<HoldId, Admission> kept = new HashMap<>();
    Set<Account> blocked = new HashSet<>();
    for (Reservation each : batch.reservations()) {
      Admission outcome = reserve(each, batch.session(), touched, blocked);
      outcomes.add(outcome);
      kept.put(each.id(), outcome);
    }
    session.lastOutcomes = kept;
    List<Balance> balances = new ArrayList<>();
    touched.forEach(account -> balances.add(balance(account)));
    return new Batch.Result.Applied(outcomes, balances, Instant.ofEpochMilli(now));
  }

  private Admission reserve(
      Reservation reservation, long session, Set<Account> touched, Set<Account> blocked) {
    Instant at = Instant.ofEpochMilli(now);
    List<Account> mine = new ArrayList<>();
    List<Balance> seen = new ArrayList<>();
    for (Budget budget : book.touching(reservation.key(), reservation.model())) {
      Window.Span span = budget.window().at(at, book.settings().calendar());
      Account account = new Account(budget.id(), span.start());
      mine.add(account);
      accounts.computeIfAbsent(
          account,
          a ->
              new Balance(
                  a.budget(),
                  span.start(),
                  span.end(),
                  budget.isHard(),
                  budget.limitAt(at),
                  Money.ZERO,
                  Money.ZERO,
                  0));
      Balance old = bug == Bug.CHECK_WITHOUT_LOCK ? stale.get(account) : null;
      seen.add(old == null ? balance(account) : old);
    }
    touched.addAll(mine);
    Balance.Verdict verdict = Balance.decide(seen, reservation.want(), reservation.floor());
    boolean waits = mine.stream().anyMatch(blocked::contains);
    if (verdict instanceof Balance.Verdict.Fits && waits) {
      verdict = new Balance.Verdict.Busy(seen.getFirst());
    }
    return switch (verdict) {
      case Balance.Verdict.Exhausted exhausted -> new Admission.Exhausted(exhausted.binding());
      case Balance.Verdict.Busy busy -> {
        blocked.addAll(mine);
        yield new Admission.Busy(busy.binding());
      }
      case Balance.Verdict.Fits fits -> {
        Hold hold = new Hold(reservation.id(), fits.granted(), at);
        long deadline = now + reservation.lifetime().toMillis();
        holds.put(hold.id(), new Open(reservation, hold, mine, deadline, session));
        mine.forEach(a -> accounts.put(a, balance(a).reserve(fits.granted())));
        yield new Admission.Admitted(hold, mine.stream().map(this::balance).toList());
      }
    };
  }

  private void settle(CallRecord call, Set<Account> touched) {
    HoldId hold = call.hold() == null ? null : call.hold().id();
    if (hold == null) {
      return;
    }
    Money cost = call.cost() == null ? Money.ZERO : call.cost();
    if (holds.containsKey(hold)) {
      end(hold, cost, touched, call.cost() != null);
      return;
    }
    List<Long> before = entries.get(hold);
    if (before != null && call.estimated()) {
      // A late estimate is no truth.
      return;
    }
    if (before == null) {
      throw new IllegalStateException("the hold of a settle was lost");
    }
    long already = before.stream().mapToLong(Long::longValue).sum();
    long delta = bug == Bug.NO_UNIQUE_SETTLE ? cost.nanos() : cost.nanos() - already;
    if (delta != 0) {
      before.add(delta);
      unchecked += Math.max(0, delta);
      for (Account account : resolvedOn.getOrDefault(hold, List.of())) {
        accounts.put(account, balance(account).settle(Money.ZERO, new Money(delta)));
        touched.add(account);
      }
    }
  }

  private void end(HoldId hold, Money actual, Set<Account> touched, boolean posts) {
    Open open = holds.remove(hold);
    if (open == null) {
      return;
    }
    if (posts) {
      entries.put(hold, new ArrayList<>(List.of(actual.nanos())));
      resolvedOn.put(hold, open.accounts());
    }
    for (Account account : open.accounts()) {
      accounts.put(account, balance(account).settle(open.hold().amount(), actual));
      touched.add(account);
    }
  }

  private void expire(HoldId hold, Set<Account> touched) {
    Open open = holds.get(hold);
    if (open != null && isExpired(open)) {
      end(hold, open.hold().amount(), touched, true);
    }
  }

  private boolean isExpired(Open open) {
    return open.deadline() < now && session(open.session()).beat < now - SILENCE_MILLIS;
  }

  private Balance balance(Account account) {
    Balance balance = accounts.get(account);
    if (balance == null) {
      throw new IllegalStateException("no account " + account);
    }
    return balance;
  }

  @Override
  public List<HoldId> expired() {
    return holds.values().stream().filter(this::isExpired).map(open -> open.hold().id()).toList();
  }

  @Override
  public List<HoldId> open() {
    return List.copyOf(holds.keySet());
  }

  @Override
  public Map<HoldId, Long> posted() {
    Map<HoldId, Long> sums = new HashMap<>();
    entries.forEach((hold, list) -> sums.put(hold, list.stream().mapToLong(Long::longValue).sum()));
    return sums;
  }

  @Override
  public List<String> violations(boolean thorough) {
    List<String> found = new ArrayList<>();
    accounts.forEach(
        (account, balance) -> {
          long held =
              holds.values().stream()
                  .filter(open -> open.accounts().contains(account))
                  .mapToLong(open -> open.hold().amount().nanos())
                  .sum();
          if (held != balance.held().nanos()) {
            found.add("held of " + account);
          }
          long posted = 0;
          for (Map.Entry<HoldId, List<Account>> each : resolvedOn.entrySet()) {
            if (each.getValue().contains(account)) {
              posted += posted().getOrDefault(each.getKey(), 0L);
            }
          }
          if (posted != balance.posted().nanos()) {
            found.add("posted of " + account);
          }
          if (balance.hard() && balance.free().nanos() < -unchecked) {
            found.add("over the limit: " + balance);
          }
        });
    return found;
  }
}
